"""Runtimes of all fits on real data in one table; two builds differ here and nowhere else."""

import pandas as pd


def timings(timings):
    """All tables one below the other."""
    return pd.concat(timings, ignore_index=True)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, timings)  # noqa: F821
