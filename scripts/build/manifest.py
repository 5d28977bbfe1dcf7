"""The manifest of a build."""

import numpy  # noqa: F401 - loads the linear algebra library that the manifest names

from convexify_workflow.manifest import manifest

if "snakemake" in globals():
    from convexify_workflow.job import write

    job = snakemake  # noqa: F821
    write(
        job.output.manifest,
        manifest(
            [*job.input.outputs, job.input.ledger],
            lock=job.input.lock,
            config=job.params.config,
            experiments=job.params.experiments,
        ),
    )
