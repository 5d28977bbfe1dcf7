"""Figure of errors and minima against λ, for one problem."""

from figures import errors_against_lambda

if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, errors_against_lambda)  # noqa: F821
