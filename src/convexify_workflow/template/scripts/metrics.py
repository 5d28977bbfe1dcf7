"""The numbers that the claims and `snakemake verify` read, each with its kind (see convexify_workflow.uncertainty)."""

from convexify_workflow.job import run
from convexify_workflow.uncertainty import mean, table_of


def metrics(norms):
    """Table of metrics."""
    largest = norms[norms["size"] == norms["size"].max()]
    ratios = largest["norm"] / largest["predicted_norm"]
    return table_of("__id__", {"mean_ratio_at_largest_size": lambda: mean(ratios, unit="matrix")})


if __name__ == "__main__":
    run(metrics)
