"""Largest singular value against size."""

from convexify_workflow.job import run
from convexify_workflow.plotting import subplots


def figure_norms(norms):
    """Measured norms as dots, the prediction as a line."""
    fig, axes = subplots()
    axes.plot(norms["size"], norms["norm"], "o", alpha=0.6, label="measured")
    axes.plot(norms["size"].unique(), norms["predicted_norm"].unique(), label="2√n")
    axes.set(xlabel="size n", ylabel="largest singular value", title="The norm of a Gaussian matrix follows 2√n")
    axes.legend()
    return fig


if __name__ == "__main__":
    run(figure_norms)
