"""The first page of the report: the ledger, the settings of the build, and what they mean."""

from convexify_workflow.front_page import front_page

if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, front_page)  # noqa: F821
