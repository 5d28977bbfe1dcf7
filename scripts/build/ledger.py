"""The ledger of a build: every claim of every experiment with its verdict."""

import pandas as pd

from convexify_workflow.ledger import judge


def ledger(claims, metrics, *, experiments):
    """One row per claim; ``claims`` and ``metrics`` follow the order of ``experiments``."""
    judged = [
        judge(claims_of_one, table.set_index("metric")["value"], experiment)
        for experiment, claims_of_one, table in zip(experiments, claims, metrics, strict=True)
    ]
    return pd.concat(judged, ignore_index=True)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, ledger)  # noqa: F821
