"""Test error of all convexifications, and of networks beside them, on both data sets."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, intervals, measured, spelled, subplots

#: From top to bottom: convex models, then what is trained by descent.
SHOWN = (
    "deep linear", "relaxed neuron", "sampled", "gated", "global", "path norm", "CCNN-1", "strong penalty", "branches",
    "wide", "residual", "fully connected",
)  # fmt: skip


def figure_comparison(comparison, metrics, settings):
    """A panel for each data set, a row for each method."""
    table = comparison[comparison["draws"] > 0].copy()
    table["name"] = table["method"].map(lambda method: METHODS[method].name)
    table["row"] = table["method"].map(lambda method: float(SHOWN.index(method)))
    fig, axes = subplots(1, len(settings.datasets), width=10, height=5.2, sharey=True)
    for ax, dataset in zip(axes, settings.datasets, strict=True):
        rows = table[table["dataset"] == dataset].sort_values("row")
        rows["place"] = rows["name"]
        intervals(ax, rows, "test_error", "place", color="name", marker="name", **looks(rows["name"]))
        ax.axhline(len(rows) - 4.5, color="0.7", linewidth=1)
        ax.set(xlabel="test error, lower is better", ylabel="", title=spelled(dataset))
    finding(fig, "Best convex model less best network, both chosen by validation: test error "
            f"{measured(metrics, 'error_best_convex', '.1%')}")  # fmt: skip
    return fig


if __name__ == "__main__":
    run(figure_comparison)
