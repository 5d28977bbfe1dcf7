"""Networks that SGD left in bad minima of the five points, and what global training makes of each of them."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import finding, legend_of, measured, scientific, sns, subplots

#: Objective of the optimum that Pilanci & Ergen (2020) read off their one-dimensional example.
REPORTED = 1e-3
STAGES = {"before": ("where SGD ended", "SGD"), "after": ("the same network, trained globally", "global")}


def figure_escape(escape, metrics):
    """A line per start from its objective after SGD to that after global training; the certified optimum below."""
    fig, ax = subplots(width=9, height=4.6)
    rows = escape.sort_values("before", ascending=False).assign(place=np.arange(1, len(escape) + 1))
    ax.vlines(rows["place"], rows["after"], rows["before"], color="0.8", linewidth=1.2, zorder=1)
    names = {stage: name for stage, (name, _) in STAGES.items()}
    long = rows.rename(columns=names).melt("place", list(names.values()), "stage", "objective")
    look = {name: METHODS[method] for name, method in STAGES.values()}
    palette, markers = ({name: getattr(one, what) for name, one in look.items()} for what in ("colour", "marker"))
    sizes = dict(zip(look, (80, 170), strict=True))
    sns.scatterplot(
        long, x="place", y="objective", hue="stage", style="stage", size="stage", palette=palette, markers=markers,
        sizes=sizes, ax=ax,
    )  # fmt: skip
    bound = escape["lower_bound"].max()
    ax.axhline(
        bound, color=METHODS["lower bound"].colour, linewidth=1.4, zorder=0, label=f"certified optimum {bound:.5g}"
    )
    paper = METHODS["paper"]
    ax.axhline(REPORTED, color=paper.colour, linestyle=":", zorder=0, label=f"{paper.name} {REPORTED:g}")
    ax.set(yscale="log", xlabel="start, worst first", ylabel="objective, lower is better")
    ax.set_ylim(0.6 * bound, 2 * rows["before"].max())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    stuck = measured(metrics, "share_stuck", ".0%")
    above = scientific(max(metrics.set_index("metric").loc["largest_escaped_over_bound", "value"] - 1, 0))
    finding(fig, f"SGD leaves {stuck} of the networks in bad minima; trained globally, all end within {above} "
            "of the certified optimum")  # fmt: skip
    legend_of(fig, ax, ncols=2)
    return fig


if __name__ == "__main__":
    run(figure_escape)
