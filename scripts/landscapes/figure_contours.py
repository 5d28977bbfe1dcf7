"""The surfaces of Figure 2 as contours, and where the three networks lie."""

import numpy as np
import pandas as pd
from _surfaces import drawn, surface_of, top_of_scale
from matplotlib.patches import Rectangle

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, SEQUENTIAL, finding, laid_out, subplots, wrapped

PLACES = [(f"x_{k}", f"y_{k}") for k in range(3)]


def figure_contours(surfaces, measures, rows):
    """The same surfaces as contours in a window that holds the networks, although the surfaces do not reach them."""
    surfaces, measures = (pd.concat(tables, ignore_index=True) for tables in (surfaces, measures))
    branches = sorted(surfaces["branches"].unique())
    fig, grid = subplots(len(rows), len(branches), width=10, height=2.6 * len(rows) + 1.1, squeeze=False,
                         sharex=True, sharey=True)  # fmt: skip
    inside, far = [], 0.0
    for line, row in zip(grid, rows, strict=True):
        top = top_of_scale(surfaces, row)
        for axes, number in zip(line, branches, strict=True):
            record = drawn(measures, row, number)
            x, y, loss = surface_of(surfaces, row, record)
            filled = axes.contourf(x, y, np.clip(loss, 0, top).T, levels=np.linspace(0, top, 17), cmap=SEQUENTIAL)
            edge = x.max()
            axes.add_patch(Rectangle((-edge, -edge), 2 * edge, 2 * edge, fill=False, edgecolor=COLOURS["black"]))
            networks = np.array([record[list(place)].to_numpy(dtype=float) for place in PLACES])
            axes.plot(*networks.T, "o", color="white", markeredgecolor="black", zorder=3, clip_on=False)
            axes.plot(0, 0, "+", color="white", markersize=9, markeredgewidth=1.8, zorder=3)
            inside.append((np.abs(networks).max(axis=1) <= edge).sum())
            far = max(far, np.abs(networks).max())
            axes.set(aspect="equal", xlabel="first axis" if row is rows[-1] else "")
            axes.set_title(f"I = {number:,}\nloss {record['training_loss']:.3f}", fontsize=10)
        fig.colorbar(
            filled, ax=line, label="margin loss", pad=0.01, shrink=0.8, ticks=[0, top / 2, top], format="{x:.2g}"
        )
        line[0].set_ylabel(f"{wrapped(row['title'], 20)}\nsecond axis", fontsize=10)
    grid[0, 0].set(xlim=(-1.1 * far, 1.1 * far), ylim=(-1.1 * far, 1.1 * far))
    held = " to ".join(map(str, sorted({min(inside), max(inside)})))
    finding(fig, f"The survey's window (square) holds the mean of the networks (cross) and {held} "
        "of the three networks (circles); above each panel the training loss that they reach")  # fmt: skip
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_contours)
