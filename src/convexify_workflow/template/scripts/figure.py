"""Largest singular value against size."""

from convexify_workflow.plotting import subplots


def figure(table):
    """Measured norms as dots, the prediction as a line."""
    fig, axes = subplots()
    axes.plot(table["size"], table["norm"], "o", alpha=0.6, label="measured")
    axes.plot(table["size"].unique(), table["predicted_norm"].unique(), label="2√n")
    axes.set(xlabel="size n", ylabel="largest singular value", title="The norm of a Gaussian matrix follows 2√n")
    axes.legend()
    return fig


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, figure)  # noqa: F821
