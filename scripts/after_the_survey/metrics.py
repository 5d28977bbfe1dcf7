"""The numbers that the claims and `snakemake verify` read."""

from _optima_metrics import escape_metrics, reached_metrics, staircase_metrics, zero_unit_metrics

from convexify_workflow.job import run
from convexify_workflow.uncertainty import table_of


def metrics(polytopes, staircase, escape, zero_units, reached, ranges, tuning):
    """Table of metrics."""
    return table_of(
        "after_the_survey",
        {
            **staircase_metrics(polytopes, staircase),
            **escape_metrics(escape),
            **zero_unit_metrics(zero_units),
            **reached_metrics(reached, ranges, tuning),
        },
    )


if __name__ == "__main__":
    run(metrics)
