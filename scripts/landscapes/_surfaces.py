"""What the figures of surfaces share: one surface, its scale, and what the loss is taken over."""

import numpy as np

#: Between points whose loss is below that of a constant predictor: steep corners cannot dominate.
VIOLATION = "violation_below_constant"


def surface_of(surfaces, row, record):
    """Both coordinates and the losses of the plane of three networks; ``record`` is what `drawn` returns."""
    part = surfaces[
        (surfaces["row"] == row["name"])
        & (surfaces["branches"] == record["branches"])
        & (surfaces["repetition"] == record["repetition"])
    ]
    table = part.pivot(index="x", columns="y", values="loss")
    return table.index.to_numpy(), table.columns.to_numpy(), table.to_numpy()


def top_of_scale(surfaces, row):
    """Top of the scale that a row shares: its largest loss, cut at 1, a little above a constant predictor's loss."""
    part = surfaces[surfaces["row"] == row["name"]]
    return min(1.0, float(np.ceil(20 * part["loss"].max()) / 20))


def measures_of(measures, row, number):
    """Measures of the plane of three networks, a row for each repetition."""
    return measures[
        (measures["row"] == row["name"]) & (measures["branches"] == number) & (measures["variant"] == "official")
    ]


def drawn(measures, row, number):
    """Measures of the plane that is drawn: of the median violation, of an even number the lower one."""
    ordered = measures_of(measures, row, number).sort_values([VIOLATION, "repetition"])
    return ordered.iloc[(len(ordered) - 1) // 2]
