"""What becomes of the plane of three networks when one thing is changed."""

from _trends import answers, named
from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, intervals, laid_out, subplots, wrapped

VARIANTS = {
    "official": "three networks",
    "aligned": "aligned first",
    "random": "random directions",
    "constant step": "one step for all I",
    "fixed total width": "fixed total width",
}
SHOWN = {
    "relative_violation": "violation / range of the loss",
    "violation_over_gain": "violation / gain of training",
    "training_loss": "training loss",
}


def figure_controls(measures, numbers, rows):
    """Smallest against largest number of branches: median and range over repetitions, a column for each problem."""
    measures, _ = named(measures, rows)
    variants = {variant: words for variant, words in VARIANTS.items() if variant in set(measures["variant"])}
    ends = measures["branches"].min(), measures["branches"].max()
    measures = measures[measures["branches"].isin(ends)]
    colours = dict(zip([f"I = {end:,}" for end in ends], (COLOURS["orange"], COLOURS["blue"]), strict=True))
    measures = measures.assign(I=measures["branches"].map("I = {:,}".format), plane=measures["variant"].map(variants))
    fig, grid = subplots(
        len(SHOWN), len(rows), width=10, height=2.3 * len(SHOWN) + 1.4, squeeze=False, sharex="row", sharey=True
    )
    for line, (name, label) in zip(grid, SHOWN.items(), strict=True):
        spread = measures.groupby(["problem", "plane", "I"], sort=False)[name].agg(["median", "min", "max"])
        spread = spread.reset_index()
        for axes, row in zip(line, rows, strict=True):
            part = spread[spread["problem"] == row["title"]].set_index("plane").loc[list(variants.values())]
            intervals(axes, part.reset_index(), "median", "plane", low="min", high="max", color="I", palette=colours)
            axes.set(xlabel=label, ylabel="")
            axes.set_xlim(0, 1.05 * spread["max"].max())
            axes.tick_params(labelleft=row is rows[0])
    for axes, row in zip(grid[0], rows, strict=True):
        axes.set_title(wrapped(row["title"], 28))
    handles = [Line2D([], [], color=colour, marker="o") for colour in colours.values()]
    fig.legend(handles, list(colours), loc="outside lower center", ncols=2)
    trends = {words: f"{variant.replace(' ', '_')}_relative_trend" for variant, words in variants.items()}
    question = "Does violation over range fall with I when one thing is changed? Worst row:"
    finding(fig, answers(question, numbers, trends))
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_controls)
