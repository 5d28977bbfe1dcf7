"""The first page of the report: the ledger, the coverage of the sources, the settings of the build."""

from convexify_workflow.front_page import page_of
from convexify_workflow.job import run


def front_page(ledger, coverage, errors, manifest, schemas, experiments):
    """The page in reStructuredText; ``schemas`` follow the order of ``experiments``."""
    return page_of(ledger, coverage, errors, manifest, dict(zip(experiments, schemas, strict=True)))


if __name__ == "__main__":
    run(front_page)
