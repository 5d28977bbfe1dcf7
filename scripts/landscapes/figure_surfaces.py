"""Replica of the survey's Figure 2."""

import numpy as np
import pandas as pd
from _surfaces import drawn_record, surface_of, title_with_samples, top_of_scale
from matplotlib.ticker import MultipleLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import SEQUENTIAL, apply_style, laid_out, plt


def figure_surfaces(surfaces, measures, hessian, rows):
    """Replica of the survey's Figure 2: one row for each problem, one column for each number of branches."""
    surfaces, measures, hessian = (pd.concat(tables, ignore_index=True) for tables in (surfaces, measures, hessian))
    apply_style()
    branches = sorted(surfaces["branches"].unique())
    width, cell, head = 3.7 * len(branches) + 1.2, 4.6, 0.8 + 0.2 * len(rows)
    height = cell * len(rows) + head
    fig = plt.figure(figsize=(width, height), layout="none")
    for index, row in enumerate(rows):
        top, bottom = top_of_scale(surfaces, row, ["official"]), height - head - cell * (index + 1)
        fig.text(0.15 / width, (bottom + cell - 0.15) / height, row["title"], fontsize=13, fontweight="bold")
        for column, number in enumerate(branches):
            place = (3.7 * column / width, (bottom + 1.15) / height, 3.7 / width, (cell - 1.35) / height)
            axes = fig.add_axes(place, projection="3d")
            drawn = _draw_surface(axes, *surface_of(surfaces, row, number, "official"), top)
            centre = (3.7 * (column + 0.5)) / width
            fig.text(centre, (bottom + cell - 0.4) / height, f"I = {number:,}", fontsize=12, ha="center")
            numbers = _numbers(measures, hessian, row, number)
            fig.text(centre, (bottom + 1.12) / height, numbers, fontsize=11.5, ha="center", va="top", linespacing=1.25)
        bar = fig.add_axes(((width - 1.05) / width, (bottom + 1.5) / height, 0.14 / width, 2.2 / height))
        fig.colorbar(drawn, cax=bar, label="margin loss")
    text = title_with_samples("Training loss on the plane of three trained networks", rows, int(9.5 * width))
    fig.suptitle(text, fontsize=12, y=1 - 0.12 / height)
    return laid_out(fig)


def _draw_surface(axes, x, y, loss, top):
    drawn = axes.plot_surface(
        *np.meshgrid(x, y, indexing="ij"),
        np.minimum(loss, top),
        cmap=SEQUENTIAL,
        vmin=0,
        vmax=top,
        rcount=51,
        ccount=51,
        linewidth=0,
        rasterized=True,
    )
    axes.set(zlim=(0, top), xlabel="first axis", ylabel="second axis")
    axes.tick_params(labelsize=9, pad=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.labelpad = 1
        axis.label.set_size(10)
        axis.set_major_locator(MultipleLocator(0.5))
    axes.view_init(elev=26, azim=-60)
    axes.set_box_aspect((1, 1, 0.8), zoom=0.95)
    return drawn


def _numbers(measures, hessian, row, number):
    record = drawn_record(measures, row, number, "official")
    spectrum = hessian[
        (hessian["row"] == row["name"]) & (hessian["branches"] == number) & (hessian["repetition"] == 0)
    ].set_index("loss")
    margin, smooth = spectrum.loc["margin"], spectrum.loc["cross-entropy"]
    return (
        f"violation {record['violation']:.3f} = {100 * record['relative_violation']:.0f} % of range\n"
        f"negative curvature on {100 * record['negative_share']:.0f} % of plane\n"
        f"$λ_{{min}}/λ_{{max}}$ {margin['ratio']:.2f} (cross-entropy {smooth['ratio']:.2f})\n"
        f"negative mass {margin['negative_mass']:.2f} (cross-entropy {smooth['negative_mass']:.2f})\n"
        f"training loss {record['training_loss']:.3f}"
    )


if __name__ == "__main__":
    run(figure_surfaces)
