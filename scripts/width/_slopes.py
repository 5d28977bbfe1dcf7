"""Slopes of logarithms and held-out fits, for each group of rows."""

import numpy as np
import pandas as pd

from convexify.width.growth import power_minus_exponential_error
from convexify_workflow.uncertainty import mean, not_reached


def slope_by_unit(table, column):
    """Slope of log ``column`` against log width for each start, mean over data sets and architectures."""
    return slopes(table, ["dataset", "architecture", "repetition"], column).groupby("repetition").mean()


def slopes(table, groups, column, *, against="width", power=True):
    """Slope of log ``column`` against log ``against`` (or ``against`` itself), for each group."""
    values = np.log(table.pivot_table(index=groups, columns=against, values=column, dropna=False)).dropna(thresh=2)
    x = values.columns.to_numpy(dtype=float)
    x = np.log(x) if power else x
    fits = [np.polyfit(x[seen], row[seen], 1)[0] for row in values.to_numpy() for seen in [np.isfinite(row)]]
    return pd.Series(fits, index=values.index, dtype=float)


def held_out(rows, column, activation=None, *, unit="draw", all_units=None):
    """Error of a power law minus that of an exponential on the larger depths: mean over activations, for each unit."""
    rows = rows if activation is None else rows[rows["activation"] == activation]
    found = {}
    for (name, _), part in rows.sort_values("depth").groupby([unit, "activation"]):
        if len(part) >= 3:
            error = power_minus_exponential_error(part["depth"].astype(float), part[column])
            found.setdefault(name, []).append(error)
    return over(rows if all_units is None else all_units, [np.mean(errors) for errors in found.values()], unit=unit)


def over(widths, values, *, unit="draw"):
    """Mean over the draws (or starts) that have a value, at least three of them."""
    if values is None or len(values) < 3:
        return not_reached(max(1, widths[unit].nunique()), unit=unit)
    return mean(values, unit=unit)
