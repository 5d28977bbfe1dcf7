"""The manifest of a build."""

import numpy  # noqa: F401 - loads the linear algebra library that the manifest names

from convexify_workflow.job import run
from convexify_workflow.manifest import describe_build


def manifest(paths, lock_file, config, experiments):
    """Hashes of figures, metrics and ledger; settings, seeds, environment."""
    return describe_build(paths, lock=lock_file, config=config, experiments=experiments)


if __name__ == "__main__":
    run(manifest)
