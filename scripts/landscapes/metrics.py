"""The numbers that the claims and `snakemake verify` read: what the largest I does to each measure of the smallest."""

import numpy as np
import pandas as pd

from convexify_workflow.job import run

MEASURES = (
    "violation",
    "relative_violation",
    "violation_below_constant",
    "chord_violation",
    "negative_share",
    "training_loss",
)
#: Violations below this are rounding and the grid's own, not a landscape's: their ratio says nothing.
NEGLIGIBLE = 1.0e-3


def metrics(measures, hessian, rows):
    """Metric name to value: medians over repetitions, each row of the figure and the worst of them."""
    measures, hessian = pd.concat(measures), pd.concat(hessian)
    values, ratios = {}, {}
    bands = measures[measures["grid_points"] == measures["grid_points"].min()]
    for (row, variant), part in bands.groupby(["row", "variant"]):
        for measure in MEASURES:
            ratios[row, variant, measure] = _ratio(part, measure)
    for variant in bands["variant"].unique():
        name = variant.replace(" ", "_")
        for measure in MEASURES:
            # A random plane shows one network, and there is no chord from it to another.
            if variant == "random" and measure == "chord_violation":
                continue
            found = {row: ratio for (row, v, m), ratio in ratios.items() if (v, m) == (variant, measure)}
            if measure == "violation_below_constant":
                values |= {f"{row}_{name}_{measure}_ratio": ratio for row, ratio in found.items()}
            finite = [ratio for ratio in found.values() if np.isfinite(ratio)]
            values[f"{name}_{measure}_largest_ratio"] = max(finite, default=np.nan)
            values[f"{name}_{measure}_smallest_ratio"] = min(finite, default=np.nan)
        values[f"{name}_largest_relative_violation"] = bands.loc[
            bands["variant"] == variant, "relative_violation"
        ].max()
    for loss, part in hessian.groupby("loss"):
        name = loss.replace("-", "_")
        groups = [group for _, group in part.groupby("row")]
        for measure in ("ratio", "negative_mass", "smallest", "largest"):
            change = [_ratio(group, measure) for group in groups]
            values[f"{name}_hessian_{measure}_largest_ratio"] = max(change)
            values[f"{name}_hessian_{measure}_smallest_ratio"] = min(change)
    shallow = [row["name"] for row in rows if row["hidden_layers"] == 1]
    margin = hessian[(hessian["loss"] == "margin") & hessian["row"].isin(shallow)]
    values["worst_asymmetry_of_shallow_margin_spectrum"] = (margin["ratio"] + 1).abs().max()
    largest = bands[bands["branches"] == bands["branches"].max()]
    final = largest.pivot(index=["row", "repetition"], columns="variant", values="training_loss")
    slowdown = (final["constant step"] / final["official"]).groupby("row").median()
    values["constant_step_over_rescaled_training_loss"] = slowdown.min()
    official = bands[bands["variant"] == "official"]
    values["worst_official_training_loss"] = official["training_loss"].max()
    return values


def _ratio(table, measure):
    """Median over repetitions of the measure at the largest I over that at the smallest I; NaN where it is nothing."""
    wide = table.pivot(index="repetition", columns="branches", values=measure)
    first, last = wide[wide.columns.min()], wide[wide.columns.max()]
    if "violation" in measure and first.abs().median() < NEGLIGIBLE:
        return float("nan")
    return float((last / first).median())


if __name__ == "__main__":
    run(metrics)
