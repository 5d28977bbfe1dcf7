"""The surfaces of Figure 2 as contours."""

import pandas as pd
from _surfaces import draw_contours, drawn_record, title_with_samples, top_of_scale
from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import laid_out, subplots


def figure_contours(surfaces, measures, rows):
    """The same surfaces as contours, with the three networks marked."""
    surfaces, measures = (pd.concat(tables, ignore_index=True) for tables in (surfaces, measures))
    branches = sorted(surfaces["branches"].unique())
    width = 3.1 * len(branches) + 0.8
    fig, grid = subplots(
        len(rows),
        len(branches),
        width=width,
        height=3.35 * len(rows) + 0.5,
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for line, row in zip(grid, rows, strict=True):
        top = top_of_scale(surfaces, row, ["official"])
        for axes, number in zip(line, branches, strict=True):
            filled = draw_contours(axes, surfaces, row, number, "official", top=top)
            record = drawn_record(measures, row, number, "official")
            marks = record[["x_0", "y_0", "x_1", "y_1", "x_2", "y_2"]].to_numpy(dtype=float)
            axes.plot(marks[::2], marks[1::2], "o", color="white", markeredgecolor="black", markersize=6, zorder=3)
            axes.plot(0, 0, "+", color="white", markersize=9, markeredgewidth=1.8, zorder=3)
            title = f"{row['title']}\n" if number == branches[0] else ""
            axes.set_title(f"{title}I = {number:,}   training loss {record['training_loss']:.3f}", fontsize=10)
        fig.colorbar(filled, ax=line, label="margin loss", pad=0.01, ticks=MaxNLocator(6))
        line[0].set_ylabel("second axis")
    for axes in grid[-1]:
        axes.set_xlabel("first axis")
    text = title_with_samples(
        "The three networks (circles) and their mean (cross) on their plane", rows, int(8.5 * width)
    )
    fig.suptitle(text, fontsize=12)
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_contours)
