"""Descent on the toy problems beside the certified optimum."""

from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, measured, plain_log_ticks, sns, subplots

#: Stationary points of the five points above this objective are bad ones.
BAD = 0.05
#: What the paper reports for the five points: the objective of a bad minimum, and about the optimum.
PAPER = (0.1, 1e-3)
SIZES = {"standard": METHODS["SGD"], "small": METHODS["SGD, small weights"]}
PROBLEMS = {"line": ("five points", "½·mean squared error + decay"), "plane": ("the plane", "mean hinge loss + decay")}


def figure_toy_problems(optima, curves, minima, numbers):
    """A panel per problem and width, first draw: every start, the optimum, what the paper reports, bad minima."""
    optima, curves = optima[optima["draw"] == 0], curves[curves["draw"] == 0]
    panels = list(curves.groupby(["problem", "width"], sort=True))
    fig, axes = subplots(2, (len(panels) + 1) // 2, width=10, height=7.6)
    colours = {size: look.colour for size, look in SIZES.items()}
    optima, narrow = optima.set_index("problem")["optimum"], curves["width"].min()
    for ax, ((problem, width), rows) in zip(axes.flat, panels, strict=False):
        rows = rows.assign(thousands=rows["iteration"] / 1000)
        sns.lineplot(rows, x="thousands", y="objective", hue="size", units="start", estimator=None, legend=False,
                     palette=colours, alpha=0.5, linewidth=1, ax=ax)  # fmt: skip
        ax.axhline(optima[problem], color=METHODS["global"].colour, linewidth=2.5)
        if problem == "line":
            for value in PAPER:
                ax.axhline(value, color=METHODS["paper"].colour, linestyle="--", linewidth=1.2)
        if problem == "line" and width == narrow:
            levels = minima.loc[minima["converged"] & (minima["minimum"] > BAD), "minimum"].round(4).unique()
            ax.hlines(levels, 0, rows["thousands"].max(), color=COLOURS["grey"], linewidth=1, linestyle=":")
        name, objective = PROBLEMS[problem]
        ax.set(yscale="log", xlabel="SGD step (thousands)", title=f"{name}, m = {width}", ylabel=objective)
        plain_log_ticks(ax.yaxis, subs=(1.0,) if problem == "line" else (1.0, 3.0))
        ax.set_ylim(optima[problem] * 0.6, max(optima[problem] * 10, rows["objective"].quantile(0.98)) * 2)
    for unused in axes.flat[len(panels) :]:
        unused.remove()
    lines = {
        **{look.name: {"color": look.colour} for look in SIZES.values()},
        "certified optimum over all patterns": {"color": METHODS["global"].colour, "linewidth": 2.5},
        "the paper: bad minimum {:g}, optimum {:g}".format(*PAPER): {"color": "black", "linestyle": "--"},
        "stationary points found": {"color": COLOURS["grey"], "linestyle": ":"},
    }
    fig.legend([Line2D([], [], **style) for style in lines.values()], list(lines), loc="outside lower center", ncols=3)
    finding(
        fig,
        f"Share of starts stuck above {BAD:g} on five points: {measured(numbers, 'line_share_stuck_narrow')} with "
        f"{narrow} neurons, {measured(numbers, 'line_share_stuck_wide')} with {curves['width'].max()}; "
        f"the lowest end is {measured(numbers, 'smallest_start_over_lower_bound', '.3f')} times the certified bound",
    )
    return fig


if __name__ == "__main__":
    run(figure_toy_problems)
