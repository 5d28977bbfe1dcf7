"""The ledger of a build: every claim of every experiment with its verdict."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.ledger import evaluate_claims
from convexify_workflow.verify import read_metrics


def ledger(claims, metrics_files, experiments):
    """One row per claim; ``claims`` and ``metrics_files`` follow the order of ``experiments``."""
    evaluated = [
        evaluate_claims(claims_of_one, table, experiment)
        for experiment, claims_of_one, table in zip(experiments, claims, map(read_metrics, metrics_files), strict=True)
    ]
    return pd.concat(evaluated, ignore_index=True)


if __name__ == "__main__":
    run(ledger)
