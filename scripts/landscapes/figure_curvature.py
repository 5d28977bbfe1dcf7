"""Ends of the Hessian's spectrum and its negative share against the number of branches."""

from _trends import answers, draw_trend, named

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, laid_out, legend_of, plain_log_ticks, subplots

#: Title, column and loss of each panel.
PANELS = (
    ("margin loss: $-λ_{min}/λ_{max}$", "steepness", "margin"),
    ("cross-entropy: $-λ_{min}/λ_{max}$", "steepness", "cross-entropy"),
    ("cross-entropy: negative share of the mass", "negative_mass", "cross-entropy"),
    ("cross-entropy: $-λ_{min}$", "size", "cross-entropy"),
)
TRENDS = {
    "$-λ_{min}/λ_{max}$": "cross_entropy_hessian_ratio_trend",
    "negative share": "cross_entropy_hessian_negative_mass_trend",
    "$-λ_{min}$": "cross_entropy_hessian_smallest_exponent",
}


def figure_curvature(hessian, numbers, rows):
    """The Hessian at a trained network: median and range over the repetitions."""
    hessian, look = named(hessian, rows)
    hessian = hessian.assign(steepness=-hessian["ratio"], size=-hessian["smallest"])
    fig, grid = subplots(2, 2, width=10, height=7.4)
    for axes, (title, column, loss) in zip(grid.flat, PANELS, strict=True):
        draw_trend(axes, hessian[hessian["loss"] == loss], column, **look)
        axes.set(title=title, ylabel="lower is less non-convex")
        if column == "size":
            axes.set_yscale("log")
            plain_log_ticks(axes.yaxis)
        else:
            axes.set_ylim(bottom=0)
    grid[0, 0].axhline(1, color=COLOURS["grey"], linewidth=1, linestyle="--", zorder=0)
    legend_of(fig, grid.flat[0], ncols=3)
    question = "Is the Hessian less negative with more branches? Cross-entropy, worst row:"
    finding(fig, answers(question, numbers, TRENDS))
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_curvature)
