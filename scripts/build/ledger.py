"""The ledger of a build: every claim of every experiment with its verdict."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.ledger import evaluate_claims


def ledger(claims, metrics, experiments):
    """One row per claim; ``claims`` and ``metrics`` follow the order of ``experiments``."""
    evaluated = [
        evaluate_claims(claims_of_one, table.set_index("metric")["value"], experiment)
        for experiment, claims_of_one, table in zip(experiments, claims, metrics, strict=True)
    ]
    return pd.concat(evaluated, ignore_index=True)


if __name__ == "__main__":
    run(ledger)
