"""Test error of all convexifications, and of networks beside them, on both data sets."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, mean_interval, measured, sns, spelled, subplots

#: From top to bottom: convex models, then what is trained by descent.
SHOWN = (
    "deep linear", "relaxed neuron", "sampled", "gated", "global", "path norm", "CCNN-1", "strong penalty", "branches",
    "wide", "residual", "fully connected",
)  # fmt: skip


def figure_comparison(fits, comparison, metrics, settings):
    """A panel for each data set, a row for each method; below, what does not apply to a data set."""
    order = [METHODS[method].name for method in SHOWN if method in set(fits["method"])]
    fits = fits.assign(name=fits["method"].map(lambda method: METHODS[method].name))
    style = looks(order)
    fig, axes = subplots(1, len(settings.datasets), width=10, height=5.2, sharey=True)
    for ax, dataset in zip(axes, settings.datasets, strict=True):
        rows = fits[fits["dataset"] == dataset]
        sns.pointplot(
            rows, x="test_error", y="name", order=order, hue="name", hue_order=order, palette=style["palette"],
            markers=[style["markers"][name] for name in order], linestyle="none", errorbar=_of_a_share, legend=False,
            ax=ax,
        )  # fmt: skip
        ax.axhline(len(order) - 4.5, color="0.7", linewidth=1)
        absent = comparison[(comparison["dataset"] == dataset) & (comparison["draws"] == 0)]["method"]
        names = ", ".join(METHODS[method].name if method in METHODS else method for method in absent)
        below = f"test error, lower is better\ndoes not apply: {names}" if names else "test error, lower is better"
        ax.set(xlabel=below, ylabel="", title=spelled(dataset))
    finding(fig, "Best convex model less best network, both chosen by validation: test error "
            f"{measured(metrics, 'error_best_convex', '.1%')}")  # fmt: skip
    return fig


def _of_a_share(values):
    """The interval of a mean, no further than a share goes."""
    low, high = mean_interval(values)
    return max(low, 0.0), min(high, 1.0)


if __name__ == "__main__":
    run(figure_comparison)
