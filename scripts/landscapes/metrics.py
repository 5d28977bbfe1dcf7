"""The numbers that the claims and `snakemake verify` read: what the largest I does to each measure of the smallest.

The independent unit is a repetition: a draw of training images and three networks trained on them for every I. A
measure at the largest I is divided by that at the smallest I of the same repetition; ratios are averaged geometrically.
"""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.uncertainty import Metric, bound, difference, mean, ratio, table_of

UNIT = "repetition"
#: Smaller violations are rounding and the grid's own, not a landscape's: they count as this much.
NEGLIGIBLE = 1.0e-3
#: What the claims compare between the largest and the smallest I, by variant of the plane.
COMPARED = {
    "official": ("violation_below_constant", "relative_violation", "chord_violation", "negative_share"),
    "aligned": ("violation_below_constant", "chord_violation"),
    "fixed total width": ("violation_below_constant",),
    "constant step": ("violation_below_constant",),
}
SPECTRUM = ("ratio", "negative_mass", "smallest")


def metrics(measures, hessian, rows):
    """Table of metrics: of each row of the figure and of the worst of them."""
    measures, hessian = pd.concat(measures, ignore_index=True), pd.concat(hessian, ignore_index=True)
    measures = measures[measures["grid"] == "coarse"]
    shallow = [row["name"] for row in rows if row["hidden_layers"] == 1]
    return table_of(
        "landscapes",
        _planes(measures) | _random_planes(measures) | _training(measures) | _spectra(hessian, shallow),
    )


def _planes(measures):
    """Ratios of the measures of each plane: the worst row, and every row of the planes that claims of rows read."""
    values = {}
    for variant, names in COMPARED.items():
        for name in names:
            ratios = {
                row: _last_over_first(part, name, floor=NEGLIGIBLE)
                for row, part in measures[measures["variant"] == variant].groupby("row")
            }
            prefix = f"{variant.replace(' ', '_')}_{name}"
            values[f"{prefix}_largest_ratio"] = _extreme(ratios.values(), max)
            if variant in ("official", "aligned") and name == "violation_below_constant":
                values |= {f"{row}_{prefix}_ratio": metric for row, metric in ratios.items()}
            if variant == "constant step":
                values[f"{prefix}_smallest_ratio"] = _extreme(ratios.values(), min)
    return values


def _random_planes(measures):
    """Planes around one network: most show no violation, so that falls are differences, over all rows."""
    random = measures[measures["variant"] == "random"]
    first, last = _ends(random, "violation_below_constant", index=["row", "repetition"])
    means = [mean(part["relative_violation"], unit=UNIT) for _, part in random.groupby(["row", "branches"])]
    return {
        "random_fall_of_violation": difference(first, last, unit=UNIT),
        "random_relative_violation_largest_mean": _extreme(means, max),
    }


def _training(measures):
    """Training losses at the largest I: reached by the usual steps, and with the step of the smallest I over it."""
    largest = measures[measures["branches"] == measures["branches"].max()]
    values, slower = {}, []
    for row, part in largest.groupby("row"):
        losses = part.pivot(index="repetition", columns="variant", values="training_loss")
        values[f"{row}_official_training_loss"] = mean(losses["official"], unit=UNIT)
        both = losses.dropna()
        slower.append(ratio(both["constant step"], both["official"], unit=UNIT))
    return values | {"constant_step_over_rescaled_training_loss": _extreme(slower, min)}


def _spectra(hessian, shallow):
    """Ends of the spectrum of the smooth loss, as sizes of negative numbers; symmetry of that of the margin loss."""
    smooth = hessian[hessian["loss"] == "cross-entropy"]
    smooth = smooth.assign(ratio=-smooth["ratio"], smallest=-smooth["smallest"])
    margin = hessian[(hessian["loss"] == "margin") & hessian["row"].isin(shallow)]
    values = {
        f"cross_entropy_hessian_{name}_largest_ratio": _extreme(
            # A spectrum without negative part has no size to compare: it counts as a tiny one.
            [_last_over_first(part, name, floor=1.0e-9) for _, part in smooth.groupby("row")],
            max,
        )
        for name in SPECTRUM
    }
    return values | {"worst_asymmetry_of_shallow_margin_spectrum": bound((margin["ratio"] + 1).abs().max())}


def _ends(table, name, index="repetition"):
    """A measure at the smallest and at the largest number of branches, by unit."""
    wide = table.pivot(index=index, columns="branches", values=name)
    return wide[wide.columns.min()], wide[wide.columns.max()]


def _last_over_first(table, name, floor):
    first, last = (values.clip(lower=floor) for values in _ends(table, name))
    return ratio(last, first, unit=UNIT)


def _extreme(estimates, pick):
    """The largest (``max``) or smallest (``min``) of estimates: value and both ends, which covers the true one."""
    estimates = list(estimates)
    value, low, high = (pick(getattr(one, name) for one in estimates) for name in ("value", "low", "high"))
    return Metric("estimate", value, low, high, min(one.n for one in estimates), UNIT)


if __name__ == "__main__":
    run(metrics)
