"""The numbers that the claims and `snakemake verify` read."""


def metrics(table):
    """Metric name to value."""
    largest = table[table["size"] == table["size"].max()]
    return {"median_ratio_at_largest_size": (largest["norm"] / largest["predicted_norm"]).median()}


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, metrics)  # noqa: F821
