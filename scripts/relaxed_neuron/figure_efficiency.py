"""How precisely both minimisers estimate the planted weights from noisy labels."""

from _methods import METHOD_COLOURS, METHODS

from convexify.relaxations.neuron import asymptotic_covariance
from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots


def figure_efficiency(efficiency):
    """Scaled squared error of both minimisers against n/d, with their limits for many samples."""
    fig, ax = subplots()
    for method, relaxed in METHODS.items():
        errors = efficiency[efficiency["method"] == method].groupby("ratio")["scaled_error"]
        look = {"color": COLOURS[METHOD_COLOURS[method]], "marker": "o", "capsize": 3}
        ax.errorbar(errors.mean().index, errors.mean(), 2 * errors.sem(), label=method, **look)
        limit = asymptotic_covariance(1.0, 1, relaxed=relaxed)
        ax.axhline(limit, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        ax.annotate(f"limit {limit:g}", (1.01, limit), xycoords=("axes fraction", "data"), va="center")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="samples per dimension n/d",
        ylabel="n · ‖ŵ − w*‖² / (d · noise²)",
        title="Under noise the relaxed minimiser needs at least twice the samples",
    )
    ax.set_xticks(ratios := sorted(efficiency["ratio"].unique()), labels=[f"{ratio:g}" for ratio in ratios])
    ax.set_yticks([2, 4, 8, 16, 32], labels=["2", "4", "8", "16", "32"])
    ax.minorticks_off()
    ax.legend()
    return fig


if __name__ == "__main__":
    run(figure_efficiency)
