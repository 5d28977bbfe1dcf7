"""The numbers that the claims about deep linear networks read."""

import numpy as np
import pandas as pd
from _shown import first_starts

from convexify_workflow.job import run

#: A relative gap below its negative is below the dual value by more than rounding.
ROUNDING = 1e-12


def metrics(dual, convergence, runs, target):
    """Metric name to value, from the tables of all sources."""
    dual, convergence, runs = (pd.concat(tables, ignore_index=True) for tables in (dual, convergence, runs))
    values = _dual_metrics(dual, convergence) | _weight_decay_metrics(dual, runs) | _descent_metrics(runs, target)
    values["descent_over_douglas_rachford_iterations"] = (
        values.pop("descent_median_iterations") / values["douglas_rachford_median_iterations"]
    )
    return {name: float(value) for name, value in values.items()}


def _dual_metrics(dual, convergence):
    below = dual["gamma"] <= dual["sigma_min"]
    beyond = dual[dual["gamma"] > dual["sigma_max"]]
    plain = convergence[(convergence["relaxation"] == 1.0) & (convergence["start"] == "zero")]
    return {
        "worst_gap_gamma_up_to_sigma_min": dual.loc[below, "relative_gap"].abs().max(),
        "worst_gap_gamma_beyond_sigma_min": dual.loc[~below, "relative_gap"].abs().max(),
        "worst_gap_gamma_beyond_sigma_max": beyond["relative_gap"].abs().max(),
        "worst_gap_gamma_zero": dual.loc[dual["gamma"] == 0, "relative_gap"].abs().max(),
        "worst_gap_below_full_rank": dual.loc[~dual["full_rank"], "relative_gap"].abs().max(),
        "worst_gap_full_rank": dual.loc[dual["full_rank"], "relative_gap"].abs().max(),
        "worst_gap_convolution": dual.loc[dual["problem"] == "circulant", "relative_gap"].abs().max(),
        "worst_gap_affine": dual.loc[dual["problem"] == "affine", "relative_gap"].abs().max(),
        "worst_dual_error": dual["dual_error"].max(),
        "worst_primal_error": dual["primal_error"].max(),
        "douglas_rachford_largest_iterations": dual["iterations"].max(),
        "rank_of_targets_above_bottleneck": (dual["rank_of_targets"] - dual["rank"]).max(),
        "rank_of_product_above_bottleneck": (dual["rank_of_product"] - dual["rank"]).max(),
        "printed_order_defined_share": (dual["inputs"] == dual["outputs"]).mean(),
        "zero_network_optimal_error_beyond_sigma_max": np.abs(beyond["primal"] / beyond["zero_network"] - 1).max(),
        "douglas_rachford_plain_median_iterations": (
            plain.groupby(["problem", "rank", "gamma"])["iteration"].max().median()
        ),
        "douglas_rachford_median_iterations": dual.loc[dual["iterations"] > 0, "iterations"].median(),
    }


def _weight_decay_metrics(dual, runs):
    result = {}
    for name in [column for column in dual if column.startswith("weight_decay_gap_depth_")]:
        result[f"largest_{name}"] = dual[name].max()
        depth = int(name.rsplit("_", 1)[1])
        schatten = _select(runs, depth=depth, regulariser="schatten")
        decay = _select(runs, depth=depth, regulariser="weight decay")
        result[f"descent_best_gap_schatten_depth_{depth}"] = _worst_best(schatten)
        result[f"descent_best_gap_weight_decay_depth_{depth}"] = _worst_best(decay)
    return result


def _descent_metrics(runs, target):
    schatten = runs[runs["regulariser"] == "schatten"]
    white = schatten[schatten["inputs"] == "white"]
    deep = white[white["depth"] > 2]
    two_layers = white[(white["depth"] == 2) & white["full_rank"]]
    at_zero = white[white["gamma_over_sigma_min"] == 0]
    result = {
        "descent_median_iterations": white["iterations_to_target"].median(),
        "descent_reached_share_deepest": _share(white[white["depth"] == white["depth"].max()], target),
        "descent_reached_share_two_layers_full_rank": _share(two_layers, target),
        "descent_longest_plateau_share_deep": (deep["longest_plateau"] / deep["iterations"]).max(),
        "descent_below_dual_runs": (schatten["relative_gap"] < -ROUNDING).sum(),
        "descent_reached_share_inputs_as_given": _share(schatten[schatten["inputs"] == "as given"], target),
        "descent_minima_found_gamma_zero": (at_zero["relative_gap"] <= target).sum(),
    }
    for depth, rows in white.groupby("depth"):
        small = rows[rows["gamma_over_sigma_min"] <= 1]
        result |= {
            f"descent_reached_share_depth_{depth}": _share(rows, target),
            f"descent_reached_share_gamma_up_to_sigma_min_depth_{depth}": _share(small, target),
            f"descent_median_iterations_depth_{depth}": rows["iterations_to_target"].median(),
            f"descent_longest_plateau_share_depth_{depth}": (rows["longest_plateau"] / rows["iterations"]).max(),
            f"descent_plateau_at_end_share_depth_{depth}": _stalled(rows).mean(),
            f"descent_diverged_runs_depth_{depth}": rows["diverged"].sum(),
            f"descent_worst_gap_depth_{depth}": rows.loc[~rows["diverged"], "relative_gap"].max(),
        }
    return result


def _select(runs, depth, regulariser):
    """Full-rank descents on white inputs with the first initialisation, which both regularisers have."""
    rows = first_starts(runs)
    return rows[(rows["inputs"] == "white") & (rows["depth"] == depth) & (rows["regulariser"] == regulariser)]


def _worst_best(runs):
    """Largest, over problems, of the smallest gap over repetitions."""
    return runs.groupby(["problem", "gamma_over_sigma_min"])["relative_gap"].min().max()


def _share(runs, target):
    return (runs["relative_gap"] <= target).mean()


def _stalled(runs):
    """Runs that hang on a plateau for a tenth of their length and end with a gap above 1e-3."""
    return (runs["longest_plateau"] >= 0.1 * runs["iterations"]) & (runs["relative_gap"] > 1e-3)


if __name__ == "__main__":
    run(metrics)
