"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
import pandas as pd

from convexify_workflow.job import run


def metrics(optima, curves, sampled_patterns, stationary_networks, sensitivity, patch_gates, real):
    """Metric name to value."""
    real = pd.concat(real, ignore_index=True)
    convex = pd.concat([optima, sampled_patterns, stationary_networks, sensitivity, real, patch_gates])
    gaps = convex["relative_gap"].dropna()
    return {
        "worst_gap": gaps.max(),
        "worst_violation": convex["violation"].dropna().max(),
        "certified_solves": len(gaps),
        **_toy_metrics(optima, curves),
        **_sampling_metrics(sampled_patterns),
        **_stationary_metrics(stationary_networks),
        **_sensitivity_metrics(sensitivity),
        **_real_metrics(real),
        **_gate_metrics(patch_gates),
    }


def _toy_metrics(optima, curves):
    """Optimum, and last objectives of all starts relative to the certified lower bound."""
    optima = optima.set_index("problem")
    last = curves.sort_values("iteration").groupby(["size", "problem", "width", "start"])["objective"].last()
    ratio = last / last.index.get_level_values("problem").map(optima["lower_bound"])
    line = last["standard"]["line"]
    widths = line.index.get_level_values("width")
    narrow, wide = line[widths.min()], widths.max()
    return {
        "line_optimum": optima.loc["line", "optimum"],
        "line_patterns": optima.loc["line", "patterns"],
        "line_worst_start_narrow": narrow.max(),
        "line_share_of_bad_starts_narrow": (narrow > 0.05).mean(),
        "line_share_of_bad_starts_wide": (line[wide] > 0.05).mean(),
        "line_best_ratio_wide": ratio["standard"]["line"][wide].min(),
        "line_best_ratio_wide_small_start": ratio["small"]["line"][wide].min(),
        "plane_best_ratio": ratio["standard"]["plane"].min(),
        "plane_best_ratio_small_start": ratio["small"]["plane"].min(),
        "plane_median_ratio": ratio["standard"]["plane"].median(),
        "smallest_start_over_lower_bound": ratio.min(),
    }


def _sampling_metrics(table):
    """Median ratio to the exact optimum at the largest number of gates, over data sets and draws."""
    ratio = table[table["gates"] == table["gates"].max()].groupby("kind")["ratio"].median()
    few = table[table["gates"] == table.loc[table["gates"] > 0, "gates"].min()].groupby("kind")["ratio"].median()
    sampled = table[table["kind"].isin(["Gaussian", "trained", "mixed"])]
    trained, nets = (table[table["kind"] == kind]["objective"].to_numpy() for kind in ("trained", "network"))
    return {
        "smallest_sampled_ratio": sampled["ratio"].min(),
        **{f"ratio_many_gates_{kind.lower()}": ratio[kind] for kind in ("Gaussian", "trained", "mixed", "network")},
        **{f"ratio_few_gates_{kind.lower()}": few[kind] for kind in ("Gaussian", "trained", "mixed", "network")},
        "few_gates_trained_less_gaussian": few["trained"] - few["Gaussian"],
        "largest_own_patterns_over_network": (trained / nets).max(),
    }


def _stationary_metrics(table):
    """Agreement of refined networks with the programs on their sign patterns."""
    refined = table[table["converged"]]
    return {
        "stationary_networks": len(refined),
        "stationary_share_settled": table["converged"].mean(),
        "stationary_share_with_kinks": (refined["kinks"] > 0).mean(),
        "stationary_worst_difference": refined["relative_difference"].max(),
        "stationary_worst_difference_example": refined.loc[
            refined["problem"] == "Wang et al.", "relative_difference"
        ].max(),
        "stationary_share_global": (refined["network"] <= refined["optimum"] * (1 + 1e-5)).mean(),
        "stationary_smallest_over_optimum": refined["ratio"].min(),
        "example_optimum": table.loc[table["problem"] == "Wang et al.", "optimum"].iloc[0],
    }


def _sensitivity_metrics(table):
    """Spread (largest less smallest) of objective and accuracy; objectives relative to the best of all fits."""
    best = table["objective"].min()
    spread = {}
    for method, rows in table.groupby("method"):
        spread[f"objective_spread_{method}"] = (rows["objective"].max() - rows["objective"].min()) / best
        spread[f"accuracy_spread_{method}"] = rows["test_accuracy"].max() - rows["test_accuracy"].min()
        spread[f"median_accuracy_{method}"] = rows["test_accuracy"].median()
        spread[f"median_objective_{method}"] = rows["objective"].median() / best
    descent = min(spread["objective_spread_sgd"], spread["objective_spread_adam"])
    spread["convex_spread_over_descent"] = spread["objective_spread_convex"] / descent
    spread["accuracy_spread_convex_less_sgd"] = spread["accuracy_spread_convex"] - spread["accuracy_spread_sgd"]
    spread["diverged_runs"] = table["diverged"].sum()
    return spread


def _real_metrics(real):
    """Objectives of each method relative to the convex program on sampled patterns, and test accuracies."""
    objective = real.pivot(index=["dataset", "task"], columns="method", values="objective")
    accuracy = real.pivot(index=["dataset", "task"], columns="method", values="test_accuracy")
    descent, descent_accuracy = objective[["SGD", "Adam"]].min(axis=1), accuracy[["SGD", "Adam"]].max(axis=1)
    own = objective["convex, with the net's patterns"]
    return {
        "real_tasks": len(objective),
        "real_share_convex_below_sgd": (objective["convex"] <= objective["SGD"]).mean(),
        "real_share_convex_below_adam": (objective["convex"] <= objective["Adam"]).mean(),
        "real_largest_own_patterns_over_descent": (own / descent).max(),
        "real_median_descent_over_own_patterns": (descent / own).median(),
        "real_largest_gated_over_convex": (objective["gated"] / objective["convex"]).max(),
        "real_median_accuracy_difference": (accuracy["convex"] - descent_accuracy).median(),
        "real_median_accuracy_difference_own_patterns": (
            accuracy["convex, with the net's patterns"] - descent_accuracy
        ).median(),
        **{
            f"real_median_accuracy_{name}": accuracy[column].median()
            for name, column in {"convex": "convex", "gated": "gated", "sgd": "SGD", "adam": "Adam"}.items()
        },
    }


def _gate_metrics(table):
    """Peak over λ of the mean test accuracy at the largest number of gates; the paper's comparison needs CIFAR-10."""
    many = table[table["gates"] == table["gates"].max()]
    peak = many.groupby(["method", "lam"])["test_accuracy"].mean().groupby("method").max()
    values = {
        "conv_peak_patch_gates": peak["convex, patch gates"],
        "conv_peak_random_gates": peak["convex, random gates"],
        "conv_peak_sgd": peak["SGD"],
    }
    on_cifar = table["dataset"].iloc[0] == "cifar10"
    values["cifar10_patch_less_random"] = (
        values["conv_peak_patch_gates"] - values["conv_peak_random_gates"] if on_cifar else np.nan
    )
    values["cifar10_random_less_sgd"] = (
        values["conv_peak_random_gates"] - values["conv_peak_sgd"] if on_cifar else np.nan
    )
    full_size = on_cifar and table["gates"].max() >= 4096
    values["cifar10_patch_accuracy_4096"] = values["conv_peak_patch_gates"] if full_size else np.nan
    values["cifar10_random_accuracy_4096"] = values["conv_peak_random_gates"] if full_size else np.nan
    values["cifar10_sgd_accuracy_4096"] = values["conv_peak_sgd"] if full_size else np.nan
    return values


if __name__ == "__main__":
    run(metrics)
