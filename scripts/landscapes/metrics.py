"""The numbers that the claims and `snakemake verify` read: how each measure moves with the number of branches.

The independent unit is a repetition: a draw of training images and three networks trained on them for every I. A trend
is the slope of a measure against log10 I over all I of one repetition; its mean and interval are over repetitions.
"""

import itertools
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from convexify_workflow.job import run
from convexify_workflow.uncertainty import Metric, bound, mean, ratio, step_at_edge, table_of

UNIT = "repetition"
#: Smaller violations are rounding and the grid's own, not a landscape's: in a ratio they count as this much.
NEGLIGIBLE = 1.0e-3
TINY = 1.0e-9
#: Trends of planes, of the row where it is largest: the plane and the measure. All but the absolute ones are free of
#: the scale of the loss.
TRENDS = {
    "official_relative_trend": ("official", "relative_violation"),
    "official_gain_trend": ("official", "violation_over_gain"),
    "official_absolute_trend": ("official", "violation_below_constant"),
    "official_negative_share_trend": ("official", "negative_share"),
    "official_chord_gain_trend": ("official", "chord_violation_over_gain"),
    "aligned_relative_trend": ("aligned", "relative_violation"),
    "aligned_gain_trend": ("aligned", "violation_over_gain"),
    "aligned_absolute_trend": ("aligned", "violation_below_constant"),
    "aligned_chord_gain_trend": ("aligned", "chord_violation_over_gain"),
    "random_relative_trend": ("random", "relative_violation"),
    "fixed_total_width_relative_trend": ("fixed total width", "relative_violation"),
    "fixed_total_width_gain_trend": ("fixed total width", "violation_over_gain"),
    "constant_step_relative_trend": ("constant step", "relative_violation"),
    "constant_step_gain_trend": ("constant step", "violation_over_gain"),
}
#: Trends that each row of the figure has a claim about, written as <row>_<trend>: mnist_one_hidden_official_gain_trend,
#: mnist_one_hidden_official_relative_trend, cifar10_one_hidden_official_gain_trend,
#: cifar10_one_hidden_official_relative_trend, cifar10_three_hidden_official_gain_trend,
#: cifar10_three_hidden_official_relative_trend.
OF_ROWS = ("official_relative_trend", "official_gain_trend", "aligned_relative_trend", "aligned_gain_trend")


def metrics(measures, hessian, convergence, rows):
    """Table of metrics: of each row of the figure and of the worst of them."""
    measures, hessian = pd.concat(measures, ignore_index=True), pd.concat(hessian, ignore_index=True)
    shallow = [row["name"] for row in rows if row["hidden_layers"] == 1]
    return table_of(
        "landscapes",
        _trends(measures)
        | _order(measures[measures["variant"] == "official"])
        | _random_planes(measures)
        | _training(measures)
        | _spectra(hessian, shallow)
        | _convergence(convergence),
    )


def _trends(measures):
    values, without_gain = {}, 0
    for name, (variant, measure) in TRENDS.items():
        if not (by_row := dict(list(measures[measures["variant"] == variant].groupby("row")))):
            continue  # a build without controls
        trends = {row: partial(_trend, part, measure) for row, part in by_row.items()}
        values[name] = partial(_extreme, trends.values(), max)
        if name in OF_ROWS:
            values |= {f"{row}_{name}": trend for row, trend in trends.items()}
        without_gain += sum(int(part[measure].isna().sum()) for part in by_row.values())
    # These have no violation over gain, and are left out of its trends.
    return values | {"planes_of_networks_without_gain": bound(without_gain)}


def _order(official):
    """Is the fall monotone: the largest of the steps from one I to the next, and Kendall's rank correlation with I."""
    steps, ranks = [], []
    for _, part in official.groupby("row"):
        wide = part.pivot(index="repetition", columns="branches", values="relative_violation")
        steps += [partial(mean, wide[after] - wide[before], unit=UNIT)
                  for before, after in itertools.pairwise(sorted(wide.columns))]  # fmt: skip
        # Where a measure is the same for every I it has no order, and counts as none.
        orders = [np.nan_to_num(kendalltau(line.index, line).statistic) for _, line in wide.iterrows()]
        ranks.append(partial(mean, orders, unit=UNIT))
    return {
        "official_relative_largest_step": partial(_extreme, steps, max),
        "official_relative_rank_correlation": partial(_extreme, ranks, max),
    }


def _random_planes(measures):
    """Planes around one network: whether any violation is seen."""
    random = measures[measures["variant"] == "random"]
    means = [partial(mean, part["relative_violation"], unit=UNIT) for _, part in random.groupby(["row", "branches"])]
    return {
        "random_relative_violation_largest_mean": partial(_extreme, means, max),
        "random_planes_without_violation": partial(bound, (random["relative_violation"] == 0).mean()),
    }


def _training(measures):
    """Training at the largest I: losses of the usual steps, and what the step of the smallest I does instead."""
    largest = measures[measures["branches"] == measures["branches"].max()]
    values, slower = {}, []
    for row, part in largest.groupby("row"):
        losses = part.pivot(index="repetition", columns="variant", values="training_loss")
        values[f"{row}_official_training_loss"] = partial(mean, losses["official"], unit=UNIT)
        if "constant step" in losses:
            both = losses.dropna()
            slower.append(partial(ratio, both["constant step"], both["official"], unit=UNIT))
    if not slower:
        return values
    constant = measures[measures["variant"] == "constant step"]
    violations = [_ends(part, "violation_below_constant") for _, part in constant.groupby("row")]
    falls = [partial(ratio, *(end.clip(lower=NEGLIGIBLE) for end in reversed(pair)), unit=UNIT) for pair in violations]
    return values | {
        "constant_step_over_rescaled_training_loss": partial(_extreme, slower, min),
        "constant_step_violation_below_constant_smallest_ratio": partial(_extreme, falls, min),
        "negligible_violations_with_constant_step": bound(
            sum(int((end < NEGLIGIBLE).sum()) for pair in violations for end in pair)
        ),
    }


def _spectra(hessian, shallow):
    """Ends of the spectrum of the smooth loss, as sizes of negative numbers; symmetry of that of the margin loss."""
    smooth = hessian[hessian["loss"] == "cross-entropy"]
    # A spectrum without negative part has no size to take a logarithm of: it counts as a tiny one, and is counted.
    sizes = (-smooth["smallest"]).clip(lower=TINY)
    smooth = smooth.assign(ratio=-smooth["ratio"], exponent=np.log10(sizes))
    margin = hessian[(hessian["loss"] == "margin") & hessian["row"].isin(shallow)]

    def worst(name):
        return partial(_extreme, [partial(_trend, part, name) for _, part in smooth.groupby("row")], max)

    return {
        "cross_entropy_hessian_ratio_trend": worst("ratio"),
        "cross_entropy_hessian_negative_mass_trend": worst("negative_mass"),
        "cross_entropy_hessian_smallest_exponent": worst("exponent"),
        "spectra_without_negative_part": partial(bound, (sizes == TINY).sum()),
        "worst_asymmetry_of_shallow_margin_spectrum": partial(bound, (margin["ratio"] + 1).abs().max()),
    }


def _convergence(table):
    """Trends at an equal number of parameters, or the word that a step lies on the edge of its grid."""
    means = table.groupby(["repetition", "branches"])[["training_loss", "test_error", "rises"]].mean().reset_index()
    spread = table.groupby(["repetition", "branches"])["training_loss"].agg(np.ptp)
    means["spread"] = (spread / table.groupby(["repetition", "branches"])["training_loss"].mean()).to_numpy()
    edges = table.loc[table["edge"] != "", "branches"].nunique()

    def trend(name):
        return step_at_edge(edges, unit="tuning") if edges else partial(_trend, means, name)

    return {
        "equal_parameters_training_loss_trend": trend("training_loss"),
        "equal_parameters_test_error_trend": trend("test_error"),
        "equal_parameters_rises_trend": trend("rises"),
        "equal_parameters_spread_trend": trend("spread"),
        "largest_mismatch_of_parameters": bound(table["parameters"].max() / table["parameters"].min() - 1),
        "diverged_trainings": bound(table["diverged"].sum()),
    }


def _trend(table, name):
    """Slope of a measure against log10 I: mean and interval over repetitions."""
    wide = table.pivot(index="repetition", columns="branches", values=name)
    slopes = []
    for _, line in wide.iterrows():
        seen = line.dropna()
        # One number has no slope; `mean` names the missing one.
        slopes.append(np.polyfit(np.log10(seen.index.to_numpy(float)), seen, 1)[0] if seen.size > 1 else np.nan)
    # A measure that stays the same falls no more than it rises: the rounding of the fit must not say otherwise.
    return mean(np.round(slopes, 12), unit=UNIT)


def _ends(table, name):
    """A measure at the smallest and at the largest number of branches, by repetition."""
    wide = table.pivot(index="repetition", columns="branches", values=name)
    return wide[wide.columns.min()], wide[wide.columns.max()]


def _extreme(estimates, pick):
    """The largest (``max``) or smallest (``min``) of estimates, by value and by both ends; each is a function."""
    estimates = [estimate() for estimate in estimates]
    value, low, high = (pick(getattr(one, name) for one in estimates) for name in ("value", "low", "high"))
    return Metric("estimate", value, low, high, min(one.n for one in estimates), UNIT)


if __name__ == "__main__":
    run(metrics)
