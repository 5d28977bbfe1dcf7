"""The numbers that the claims about strongly regularised networks and `snakemake verify` read."""

import numpy as np
import pandas as pd
from _collapse import smallest_lambda

from convexify_workflow.job import run

KEYS = ["problem", "activation", "output_bias", "skip"]


def metrics(paths, baselines, thresholds, growth, kink, shift_of_eigenvalues, same):
    """Metric name to value; ``paths``, ``baselines`` and ``thresholds`` are lists with one table per problem."""
    paths, baselines, thresholds = (pd.concat(tables) for tables in (paths, baselines, thresholds))
    joined = paths.merge(thresholds.rename(columns={"lower": "threshold", "upper": "proved"}), on=KEYS, how="left")
    beyond = joined[joined["lam"] >= joined["proved"]]
    values = _thresholds(thresholds, growth, shift_of_eigenvalues, kink)
    values |= _beyond(beyond, baselines)
    values |= _collapse(joined, same)
    values |= _usefulness(joined, beyond)
    return values


def _thresholds(thresholds, growth, shift_of_eigenvalues, kink):
    tanh = growth[growth["loss"] == "a·tanh(wx)"].sort_values("box")
    cubic = growth[growth["loss"] == "−θ³"]
    below_zero = kink.groupby("lam")["second_difference"].min() < 0
    return {
        "share_of_smooth_networks_with_finite_threshold": float(np.isfinite(thresholds["upper"]).mean()),
        "widest_bracket_ratio": (thresholds["upper"] / thresholds["lower"]).max(),
        "threshold_growth_with_box": tanh["lower"].iloc[-1] / tanh["lower"].iloc[0],
        "cubic_threshold_error": (cubic["lower"] - 3 * cubic["box"]).abs().max(),
        "cubic_threshold_over_box": (cubic["lower"] / cubic["box"]).iloc[-1],
        "eigenvalue_shift_per_lambda": shift_of_eigenvalues["shift_per_lambda"].mean(),
        "relu_share_of_lambdas_with_negative_curvature": float(below_zero.mean()),
    }


def _beyond(beyond, baselines):
    """What is left of the network once its objective is provably convex."""
    l2, shift, geometric = (beyond[beyond["penalty"] == kind] for kind in ("l2", "shift", "geometric"))
    values = {
        "rows_beyond_threshold": float(len(beyond)),
        "most_minima_beyond_threshold": beyond["distinct_minima"].max(),
        "l2_most_distinct_neurons_beyond_threshold": l2["distinct_neurons"].max(),
        "l2_largest_parameter_range_beyond_threshold": l2["parameter_range"].max(),
        "l2_hidden_spread_beyond_threshold": l2["hidden_spread"].max(),
        "ladder_hidden_spread_beyond_threshold": geometric["hidden_spread"].max(),
        "skip_most_distinct_neurons_beyond_threshold": l2[l2["skip"]]["distinct_neurons"].max(),
        "shift_fewest_distinct_neurons_beyond_threshold": shift["distinct_neurons"].min(),
        "shift_largest_drift_beyond_threshold": shift["drift"].max(),
        "shift_frozen_error_beyond_threshold": shift.loc[shift.groupby(KEYS)["lam"].idxmax(), "frozen_error"].max(),
    }
    constant = baselines[baselines["predictor"] == "constant"].groupby("problem")["train_error"].first()
    with_bias = l2[l2["output_bias"] & ~l2["skip"]]
    gain = 1 - with_bias["train_error"] / with_bias["problem"].map(constant)
    values["l2_largest_gain_over_constant_beyond_threshold"] = gain.max()
    return values


def _collapse(joined, same):
    """Where the hidden layer dies and where its neurons become one, in units of the convexity threshold."""
    smooth = joined[(joined["penalty"] == "l2") & joined["threshold"].notna()]
    dead, one = [], []
    for _, path in smooth.groupby(KEYS):
        threshold = path["threshold"].iloc[0]
        dead.append(smallest_lambda(path, path["hidden_spread"] <= same) / threshold)
        one.append(smallest_lambda(path, path["distinct_neurons"] <= 1) / threshold)
    return {"latest_collapse_over_threshold": max(dead), "latest_identical_over_threshold": max(one)}


def _usefulness(joined, beyond):
    """Test error at the threshold against weight decay chosen by validation, and the gap between test and training."""
    l2 = joined[(joined["penalty"] == "l2") & joined["threshold"].notna()]
    chosen = l2.loc[l2.groupby(KEYS)["validation_error"].idxmin()].set_index(KEYS)
    first = beyond.loc[beyond.groupby([*KEYS, "penalty"])["lam"].idxmin()].set_index(KEYS)
    ratios = first["test_error"] / chosen["test_error"].reindex(first.index)
    mild = l2.loc[l2.groupby(KEYS)["lam"].idxmin()]
    strong = l2.loc[l2.groupby(KEYS)["lam"].idxmax()]
    return {
        "median_test_error_over_weight_decay": ratios[first["penalty"] == "l2"].median(),
        "median_shift_test_error_over_weight_decay": ratios[first["penalty"] == "shift"].median(),
        "median_ladder_test_error_over_weight_decay": ratios[first["penalty"] == "geometric"].median(),
        "generalisation_gap_change_on_pairs": _gap_on_pairs(strong) - _gap_on_pairs(mild),
        "most_minima_at_mild_penalty": mild["distinct_minima"].max(),
    }


def _gap_on_pairs(rows):
    """Median gap between test and training error; the noise-free test part of the curve says nothing of overfitting."""
    rows = rows[rows["problem"] != "sine"]
    return (rows["test_error"] - rows["train_error"]).median()


if __name__ == "__main__":
    run(metrics)
