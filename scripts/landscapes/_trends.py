"""What the figures against the number of branches share: a panel for each quantity and row, series with their range."""

from convexify_workflow.plotting import band, subplots, ticks_at


def trend_panels(shown, rows, branches, height):
    """Figure with one line of panels for each quantity (name: label) and one column for each row of the experiment.

    Returns the figure, its axes by (quantity, row name), and the axes that hold the legend's entries.
    """
    fig, grid = subplots(
        len(shown),
        len(rows),
        width=4.2 * len(rows) + 0.3,
        height=height,
        squeeze=False,
        sharex=True,
        sharey="row",
    )
    for line, label in zip(grid, shown.values(), strict=True):
        line[0].set_ylabel(label)
        for axes in line:
            axes.set_xscale("log")
            ticks_at(axes.xaxis, branches)
    for axes, row in zip(grid[0], rows, strict=True):
        axes.set_title(row["title"])
    for axes in grid[-1]:
        axes.set_xlabel("number of branches I")
    panels = {
        (name, row["name"]): axes
        for name, line in zip(shown, grid, strict=True)
        for row, axes in zip(rows, line, strict=True)
    }
    return fig, panels, grid[0, 0]


def draw_trend(axes, values, lower=None, **keywords):
    """Median and range over repetitions, cut below at ``lower``; ``values`` is grouped by the number of branches."""
    low, middle, high = (edge.clip(lower=lower) for edge in (values.min(), values.median(), values.max()))
    band(axes, middle.index, middle, low, high, marker="o", markersize=4, **keywords)


def finish(fig, legend, title):
    """Legend below, title above."""
    fig.legend(*legend.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    fig.suptitle(title, fontsize=12)
