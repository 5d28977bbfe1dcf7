"""How precisely both minimisers estimate the planted weights from noisy labels."""

from _drawn import LOSSES, by_loss
from _methods import METHODS

from convexify.relaxations.neuron import asymptotic_covariance
from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import COLOURS, finding, measured, sns, subplots, ticks_at


def figure_efficiency(efficiency, metrics):
    """Scaled squared error of both minimisers against n/d, with their limits for many samples."""
    fig, ax = subplots(width=8)
    table = by_loss(efficiency)
    sns.lineplot(
        table, x="ratio", y="scaled_error", hue="loss", style="loss", errorbar=("se", 1.96), err_style="bars",
        **looks(LOSSES.values()) | {"dashes": False}, ax=ax,
    )  # fmt: skip
    for relaxed in METHODS.values():
        limit = asymptotic_covariance(1.0, 1, relaxed=relaxed)
        ax.axhline(limit, color=COLOURS["grey"], linestyle="--", linewidth=1.2)
        ax.annotate(f"limit {limit:g}", (1.01, limit), xycoords=("axes fraction", "data"), va="center")
    ax.set(xscale="log", yscale="log", xlabel="samples per dimension n/d")
    ax.set_ylabel(r"$n\,\|\hat w-w^*\|^2\,/\,(d\cdot\mathrm{noise}^2)$, lower is better")
    ticks_at(ax.xaxis, sorted(table["ratio"].unique()))
    ticks_at(ax.yaxis, [2, 4, 8, 16, 32])
    ax.legend(title="minimiser of the")
    times = measured(metrics, "variance_ratio", ".2f")
    finding(fig, f"Under label noise the relaxed minimiser has {times} times the variance with many samples; theory: 2")
    return fig


if __name__ == "__main__":
    run(figure_efficiency)
