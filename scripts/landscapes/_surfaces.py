"""What the figures of surfaces share: one surface, its scale, and what the loss is taken over."""

import numpy as np


def surface_of(surfaces, row, number):
    """Both coordinates and the losses of the plane of three networks."""
    part = surfaces[
        (surfaces["row"] == row["name"]) & (surfaces["branches"] == number) & (surfaces["variant"] == "official")
    ]
    table = part.pivot(index="x", columns="y", values="loss")
    return table.index.to_numpy(), table.columns.to_numpy(), table.to_numpy()


def top_of_scale(surfaces, row):
    """Top of the scale that a row shares: its largest loss, cut at 1, a little above a constant predictor's loss."""
    part = surfaces[(surfaces["row"] == row["name"]) & (surfaces["variant"] == "official")]
    return min(1.0, float(np.ceil(20 * part["loss"].max()) / 20))


def measures_of(measures, row, number, grid):
    """Measures of the plane of three networks: of all repetitions (coarse grid), or of the median one, drawn (fine)."""
    return measures[
        (measures["row"] == row["name"])
        & (measures["branches"] == number)
        & (measures["variant"] == "official")
        & (measures["grid"] == grid)
    ]
