"""Replica of the survey's Figure 2."""

import numpy as np
import pandas as pd
from _surfaces import VIOLATION, drawn, measures_of, surface_of, top_of_scale

from convexify_workflow.job import run
from convexify_workflow.plotting import SEQUENTIAL, apply_style, direction, finding, laid_out, plt

WIDTH, CELL, HEAD = 10.0, 3.15, 0.75


def figure_surfaces(surfaces, measures, numbers, rows):
    """Replica of the survey's Figure 2: one row for each problem, one column for each number of branches."""
    surfaces, measures = (pd.concat(tables, ignore_index=True) for tables in (surfaces, measures))
    apply_style()
    branches = sorted(surfaces["branches"].unique())
    height, share = CELL * len(rows) + HEAD, 0.92 / len(branches)
    fig = plt.figure(figsize=(WIDTH, height), layout="none")
    for index, row in enumerate(rows):
        top, bottom = top_of_scale(surfaces, row), height - HEAD - CELL * (index + 1)
        fig.text(0.01, (bottom + CELL - 0.22) / height, _answer(measures, numbers, row, branches), fontweight="bold")
        for column, number in enumerate(branches):
            centre = share * (column + 0.5)
            place = (share * column, (bottom + 0.55) / height, share, (CELL - 1.05) / height)
            axes = fig.add_axes(place, projection="3d")
            record = drawn(measures, row, number)
            surface = _draw_surface(axes, *surface_of(surfaces, row, record), top)
            fig.text(centre, (bottom + CELL - 0.55) / height, f"I = {number:,}", ha="center")
            fig.text(centre, (bottom + 0.2) / height, _numbers(measures, row, record), fontsize=10, ha="center")
        bar = fig.add_axes((0.925, (bottom + 0.9) / height, 0.012, (CELL - 1.8) / height))
        fig.colorbar(surface, cax=bar, ticks=[0, top / 2, top], format="{x:.2g}")
        fig.text(0.92, (bottom + CELL - 0.75) / height, "loss")
    finding(fig, "Is the landscape less non-convex with more branches? Loss on the plane of three trained networks; "
        "violation of convexity: of the plane drawn, the median repetition's (range of all), lower is less",
        y=1 - 0.1 / height)  # fmt: skip
    return laid_out(fig)


def _draw_surface(axes, x, y, loss, top):
    style = {"cmap": SEQUENTIAL, "vmin": 0, "vmax": top, "rcount": 51, "ccount": 51, "linewidth": 0, "rasterized": True}
    surface = axes.plot_surface(*np.meshgrid(x, y, indexing="ij"), np.minimum(loss, top), **style)
    axes.set(zlim=(0, top), xticklabels=[], yticklabels=[], zticklabels=[])
    axes.view_init(elev=26, azim=-60)
    axes.set_box_aspect((1, 1, 0.8), zoom=1.2)
    return surface


def _numbers(measures, row, record):
    every = measures_of(measures, row, record["branches"])[VIOLATION]
    spread = f"{every.min():.2f}–{every.max():.2f}"
    return f"violation {record[VIOLATION]:.2f} ({spread})\ntraining loss {record['training_loss']:.3f}"


def _answer(measures, numbers, row, branches):
    """The row's title and answer: medians at the fewest and at the most branches, and the trend over all of them."""
    first, last = (measures_of(measures, row, number) for number in (branches[0], branches[-1]))
    hills = f"{first[VIOLATION].median():.2f} → {last[VIOLATION].median():.2f}"
    shares = " → ".join(f"{100 * part['relative_violation'].median():.0f}" for part in (first, last))
    trend = direction(numbers, f"{row['name']}_official_relative_trend")
    return f"{row['title']}: violation {hills}; of the range {shares} %: {trend}"


if __name__ == "__main__":
    run(figure_surfaces)
