"""From stuck networks to the optimum: the objective along the path and along the straight line."""

from _problems import STUCK

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, legend_of, measured, scientific, sns, subplots

WAYS = {
    "line": "straight line, neurons matched",
    "path": "path: neurons merge, then turn",
}
PALETTE = {WAYS["line"]: COLOURS["vermilion"], WAYS["path"]: COLOURS["blue"]}


def figure_escape(escape, paths, metrics):
    """Objective against the share of the way: a curve of each kind for every network that SGD left stuck."""
    fig, ax = subplots(width=9, height=4.8)
    stuck = escape.loc[escape["before"] > STUCK, "start"]
    # without a stuck network, the worst one
    shown = stuck if len(stuck) else escape.nlargest(1, "before")["start"]
    rows = paths[paths["start"].isin(shown)].assign(way=lambda table: table["way"].map(WAYS))
    sns.lineplot(
        rows, x="length", y="objective", hue="way", palette=PALETTE, units="start", estimator=None, linewidth=1.1,
        alpha=0.7, ax=ax,
    )  # fmt: skip
    bound = escape["lower_bound"].max()
    ax.axhline(bound, color=METHODS["lower bound"].colour, linestyle="--", linewidth=1.4, zorder=0,
               label=f"certified optimum, {bound:.5g}")  # fmt: skip
    starts = rows[rows["length"] == 0].drop_duplicates("start")
    ax.scatter(starts["length"], starts["objective"], color=METHODS["SGD"].colour, s=45, zorder=5, clip_on=False,
               label="where SGD ended, made stationary")  # fmt: skip
    ax.set(yscale="log", xlim=(0, 1), xlabel="share of the way to the global optimum",
           ylabel="objective, lower is better")  # fmt: skip
    rise = scientific(metrics.set_index("metric").loc["path_rise", "value"])
    lines = measured(metrics, "share_of_lines_that_rise", ".0%")
    finding(fig, f"Out of every bad minimum a path leads to the global optimum and never rises (by more than {rise}); "
            f"of the straight lines {lines} rise")  # fmt: skip
    legend_of(fig, ax, ncols=2)
    return fig


if __name__ == "__main__":
    run(figure_escape)
