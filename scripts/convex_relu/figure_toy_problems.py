"""Descent on the toy problems beside the certified optimum."""

from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

#: Stationary points of the five points above this objective are bad ones.
BAD = 0.05
COLOUR = {"standard": COLOURS["vermilion"], "small": COLOURS["green"]}


def figure_toy_problems(optima, curves, minima):
    """A panel per problem and width: objective of every start, the optimum, on the left the bad minima as well."""
    panels = list(curves.groupby(["problem", "width"], sort=True))
    fig, axes = subplots(1, len(panels), width=3.6 * len(panels), height=4.2, sharey=False)
    optima = optima.set_index("problem")
    names = {"line": "five points on a line", "plane": "points in the plane"}
    for ax, ((problem, width), rows) in zip(axes, panels, strict=True):
        for (size, _), start in rows.groupby(["size", "start"]):
            ax.plot(start["iteration"], start["objective"], color=COLOUR[size], alpha=0.55, linewidth=1.1)
        ax.axhline(optima.loc[problem, "optimum"], color=COLOURS["blue"], linewidth=2)
        low = optima.loc[problem, "optimum"]
        if problem == "line" and width == curves.loc[curves["problem"] == "line", "width"].min():
            levels = minima.loc[minima["converged"] & (minima["minimum"] > BAD), "minimum"].round(4).unique()
            ax.hlines(levels, 0, rows["iteration"].max(), color=COLOURS["grey"], linewidth=1, linestyle=":")
        ax.set(yscale="log", xlabel="SGD step", title=f"{names[problem]}, m = {width}")
        ax.set_ylim(low * 0.6, max(low * 10, rows["objective"].quantile(0.98)) * 2)
        ax.ticklabel_format(axis="x", style="sci", scilimits=(-3, 4))
    axes[0].set_ylabel("objective ½·mean squared error + decay")
    axes[-1].set_ylabel("objective mean hinge loss + decay")
    colours = [COLOUR["standard"], COLOUR["small"], COLOURS["blue"]]
    handles = [Line2D([], [], color=colour, linewidth=1.5) for colour in colours]
    starts = int(curves.loc[curves["problem"] == "line", "start"].nunique())
    names = [
        f"SGD, tuned step, {starts} starts of torch's size (fewer in the plane)",
        "SGD, tuned step, as many small starts",
        "certified optimum over all patterns",
    ]
    fig.legend(handles, names, loc="outside lower center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_toy_problems)
