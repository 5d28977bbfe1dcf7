"""Measures of non-convexity against the number of branches."""

from _trends import answers, draw_trend, named

from convexify_workflow.job import run
from convexify_workflow.plotting import finding, laid_out, legend_of, plain_log_ticks, subplots

MEASURES = {
    "relative_violation": "violation / range of the loss",
    "violation_over_gain": "violation / gain of training",
    "violation_below_constant": "violation, not scaled",
    "chord_violation_over_gain": "on chords (dashed: aligned) / gain",
    "negative_share": "negative curvature on the plane",
    "training_loss": "training loss reached",
}


def figure_measures(measures, numbers, rows):
    """Each measure on the plane of three networks against I: median and range over the repetitions."""
    measures, look = named(measures, rows)
    official, aligned = (measures[measures["variant"] == variant] for variant in ("official", "aligned"))
    fig, grid = subplots(2, 3, width=10, height=7)
    for axes, (name, title) in zip(grid.flat, MEASURES.items(), strict=True):
        draw_trend(axes, official, name, **look)
        if name == "chord_violation_over_gain":
            draw_trend(axes, aligned, name, **look, linestyle="--", legend=False)
        axes.set(title=title, ylabel="")
        if name == "training_loss":
            axes.set_yscale("log")
            plain_log_ticks(axes.yaxis)
        else:
            axes.set_ylim(bottom=0)
    grid[0, 0].set_ylabel("lower is less non-convex")
    grid[1, 0].set_ylabel("lower is less non-convex")
    legend_of(fig, grid.flat[0], ncols=3)
    trends = {row["title"]: f"{row['name']}_official_relative_trend" for row in rows}
    finding(fig, answers("Is the loss less non-convex with more branches? Violation over range:", numbers, trends))
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_measures)
