"""Descent on the toy problems beside the certified optimum."""

from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

COLOUR = {"standard": COLOURS["vermilion"], "small": COLOURS["green"]}


def figure_toy_problems(optima, curves):
    """A panel per problem and width: objective of every start against the step, the optimum as a line."""
    panels = list(curves.groupby(["problem", "width"], sort=True))
    fig, axes = subplots(1, len(panels), width=3.6 * len(panels), height=4.2, sharey=False)
    optima = optima.set_index("problem")
    names = {"line": "five points on a line", "plane": "points in the plane"}
    for ax, ((problem, width), rows) in zip(axes, panels, strict=True):
        for (size, _), start in rows.groupby(["size", "start"]):
            ax.plot(start["iteration"], start["objective"], color=COLOUR[size], alpha=0.55, linewidth=1.1)
        ax.axhline(optima.loc[problem, "optimum"], color=COLOURS["blue"], linewidth=2)
        low = optima.loc[problem, "optimum"]
        ax.set(yscale="log", xlabel="SGD step", title=f"{names[problem]}, m = {width}")
        ax.set_ylim(low * 0.6, max(low * 10, rows["objective"].quantile(0.98)) * 2)
        ax.ticklabel_format(axis="x", style="sci", scilimits=(-3, 4))
    axes[0].set_ylabel("objective ½·mean squared error + decay")
    axes[-1].set_ylabel("objective mean hinge loss + decay")
    colours = [COLOUR["standard"], COLOUR["small"], COLOURS["blue"]]
    handles = [Line2D([], [], color=colour, linewidth=1.5) for colour in colours]
    starts = curves["start"].nunique()
    names = [
        f"SGD, {starts} starts of torch's size",
        f"SGD, {starts} small starts",
        "certified optimum over all patterns",
    ]
    fig.legend(handles, names, loc="outside lower center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_toy_problems)
