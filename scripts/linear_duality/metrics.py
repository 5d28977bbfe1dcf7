"""The numbers that the claims about deep linear networks read."""

import numpy as np
import pandas as pd


def metrics(dual, convergence, runs, *, target):
    """Metrics from the tables of all sources.

    Parameters
    ----------
    dual, convergence, runs : list of DataFrame
        Tables of ``compute.py``, one for each source.
    target : float
        Relative gap at which a descent counts as having reached the dual value.
    """
    dual, convergence, runs = (pd.concat(tables, ignore_index=True) for tables in (dual, convergence, runs))
    below = dual["gamma"] <= dual["sigma_min"]
    rounding = 1e-12
    result = {
        "worst_gap_gamma_up_to_sigma_min": dual.loc[below, "relative_gap"].abs().max(),
        "worst_gap_gamma_beyond_sigma_min": dual.loc[~below, "relative_gap"].abs().max(),
        "worst_gap_gamma_beyond_sigma_max": dual.loc[dual["gamma"] > dual["sigma_max"], "relative_gap"].abs().max(),
        "worst_gap_gamma_zero": dual.loc[dual["gamma"] == 0, "relative_gap"].abs().max(),
        "worst_gap_below_full_rank": dual.loc[~dual["full_rank"], "relative_gap"].abs().max(),
        "worst_gap_full_rank": dual.loc[dual["full_rank"], "relative_gap"].abs().max(),
        "worst_gap_convolution": dual.loc[dual["dataset"] == "circulant", "relative_gap"].abs().max(),
        "worst_gap_affine": dual.loc[dual["dataset"] == "affine", "relative_gap"].abs().max(),
        "worst_dual_error": dual["dual_error"].max(),
        "worst_primal_error": dual["primal_error"].max(),
        "douglas_rachford_largest_iterations": dual["iterations"].max(),
        "rank_of_targets_above_bottleneck": (dual["rank_of_targets"] - dual["rank"]).max(),
        "rank_of_product_above_bottleneck": (dual["rank_of_product"] - dual["rank"]).max(),
        "printed_order_defined_share": (dual["inputs"] == dual["outputs"]).mean(),
        "zero_network_optimal_error_beyond_sigma_max": _zero_network_error(dual),
    }
    plain = convergence[(convergence["relaxation"] == 1.0) & (convergence["start"] == "zero")]
    cases = plain.groupby(["dataset", "rank", "gamma"])["iteration"].max()
    result["douglas_rachford_plain_median_iterations"] = cases.median()
    result["douglas_rachford_median_iterations"] = dual.loc[dual["iterations"] > 0, "iterations"].median()
    for name in [column for column in dual if column.startswith("weight_decay_gap_depth_")]:
        result[f"largest_{name}"] = dual[name].max()
        depth = int(name.rsplit("_", 1)[1])
        schatten = _select(runs, depth=depth, regulariser="schatten")
        decay = _select(runs, depth=depth, regulariser="weight decay")
        result[f"descent_best_gap_schatten_depth_{depth}"] = _worst_best(schatten)
        result[f"descent_best_gap_weight_decay_depth_{depth}"] = _worst_best(decay)
    schatten = runs[runs["regulariser"] == "schatten"]
    white = schatten[schatten["inputs"] == "white"]
    for depth, rows in white.groupby("depth"):
        result[f"descent_reached_share_depth_{depth}"] = _share(rows, target)
        small = rows[rows["gamma_over_sigma_min"] <= 1]
        result[f"descent_reached_share_gamma_up_to_sigma_min_depth_{depth}"] = _share(small, target)
        result[f"descent_median_iterations_depth_{depth}"] = rows["iterations_to_target"].median()
        result[f"descent_longest_plateau_share_depth_{depth}"] = (rows["longest_plateau"] / rows["iterations"]).max()
        result[f"descent_plateau_at_end_share_depth_{depth}"] = _stalled(rows).mean()
        result[f"descent_diverged_runs_depth_{depth}"] = rows["diverged"].sum()
        result[f"descent_worst_gap_depth_{depth}"] = rows.loc[~rows["diverged"], "relative_gap"].max()
    deep = white[white["depth"] > 2]
    result["descent_reached_share_deepest"] = _share(white[white["depth"] == white["depth"].max()], target)
    result["descent_reached_share_two_layers_full_rank"] = _share(
        white[(white["depth"] == 2) & white["full_rank"]], target
    )
    result["descent_longest_plateau_share_deep"] = (deep["longest_plateau"] / deep["iterations"]).max()
    result["descent_below_dual_runs"] = (schatten["relative_gap"] < -rounding).sum()
    result["descent_reached_share_inputs_as_given"] = _share(schatten[schatten["inputs"] == "as given"], target)
    result["descent_minima_found_gamma_zero"] = (
        (white["gamma_over_sigma_min"] == 0) & (white["relative_gap"] <= target)
    ).sum()
    result["descent_over_douglas_rachford_iterations"] = (
        white["iterations_to_target"].median() / result["douglas_rachford_median_iterations"]
    )
    return {name: float(value) for name, value in result.items()}


def _select(runs, **conditions):
    """Full-rank descents on white inputs with the first initialisation, which both regularisers have."""
    chosen = (
        (runs["inputs"] == "white") & runs["full_rank"] & (runs["initialisation"] == runs["initialisation"].iloc[0])
    )
    for name, value in conditions.items():
        chosen &= runs[name] == value
    return runs[chosen]


def _worst_best(runs):
    """Largest, over problems, of the smallest gap over repetitions."""
    return runs.groupby(["dataset", "gamma_over_sigma_min"])["relative_gap"].min().max()


def _share(runs, target):
    return (runs["relative_gap"] <= target).mean()


def _stalled(runs):
    """Runs that hang on a plateau for a tenth of their length and end with a gap above 1e-3."""
    return (runs["longest_plateau"] >= 0.1 * runs["iterations"]) & (runs["relative_gap"] > 1e-3)


def _zero_network_error(dual):
    beyond = dual[(dual["gamma"] > dual["sigma_max"])]
    return np.abs(beyond["primal"] / beyond["zero_network"] - 1).max()


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, metrics)  # noqa: F821
