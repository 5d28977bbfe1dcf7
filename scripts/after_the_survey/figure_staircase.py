"""Components of the set of optimal networks against their width."""

from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, legend_of, plain_log_ticks, sns, subplots

SHOWN = ("square", "cube, one face higher", "octahedron")
KINDS = {"isolated": "isolated networks", "connected": "components that are not one network"}
LINES = {"smallest": (":", "m*, fewest neurons of a vertex"), "largest": ("--", "M*, most neurons of a vertex"),
         "bound": ("-", "the theorem's bound, min(m* + M*, n + 1)")}  # fmt: skip
PALETTE = dict(zip(KINDS.values(), (COLOURS["vermilion"], COLOURS["blue"]), strict=True))


def figure_staircase(polytopes, staircase, metrics):
    """A panel for each problem: isolated networks and other components, with the thresholds."""
    fig, axes = subplots(1, len(SHOWN), width=12, height=4.2)
    for ax, name in zip(axes, SHOWN, strict=True):
        rows = staircase[staircase["problem"] == name].rename(columns=KINDS)
        problem = polytopes[polytopes["problem"] == name].iloc[0]
        long = rows.melt("width", list(KINDS.values()), "kind", "components").query("components > 0")
        sns.scatterplot(
            long, x="width", y="components", hue="kind", style="kind", palette=PALETTE, markers=["o", "s"], s=90, ax=ax
        )
        for row in long.itertuples():
            ax.annotate(f"{row.components}", (row.width, row.components), xytext=(7, 6), textcoords="offset points")
        for column, (style, label) in LINES.items():
            shift = {"smallest": -0.06, "largest": 0.06, "bound": 0}[column]
            ax.axvline(problem[column] + shift, color="0.55", linestyle=style, linewidth=1.3, zorder=0, label=label)
        ax.set(yscale="log", xlabel="width m (neurons)", ylabel="components", title=name)
        ax.set_ylim(0.7, 2.2 * long["components"].max())
        ax.set_xlim(problem["smallest"] - 0.4, problem["bound"] + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        plain_log_ticks(ax.yaxis)
    value = metrics.set_index("metric")["value"]
    at, alone, end = (value[f"octahedron_{word}"] for word in ("components_at_largest", "connected_from", "bound"))
    finding(fig, f"Optimal networks are connected once they are wide enough: on the octahedron they fall into {at:.0f} "
            f"components at M* and form one from width {alone:.0f} on, below the bound {end:.0f}")  # fmt: skip
    legend_of(fig, axes[-1], ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_staircase)
