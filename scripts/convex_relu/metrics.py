"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
import pandas as pd


def metrics(optima, curves, counts, stationary, sensitivity, conv, real, conv_dataset):
    """Metric name to value."""
    real = pd.concat(real, ignore_index=True)
    convex = pd.concat([optima, counts, stationary, sensitivity, real, conv])
    gaps = convex["relative_gap"].dropna()
    return {
        "worst_gap": gaps.max(),
        "worst_violation": convex["violation"].dropna().max(),
        "certified_solves": len(gaps),
        **toy_metrics(optima, curves),
        **count_metrics(counts),
        **stationary_metrics(stationary),
        **sensitivity_metrics(sensitivity),
        **real_metrics(real),
        **conv_metrics(conv, conv_dataset),
    }


def toy_metrics(optima, curves):
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


def count_metrics(counts):
    """Median ratio to the exact optimum at the largest number of gates, over data sets and draws."""
    ratio = counts[counts["gates"] == counts["gates"].max()].groupby("kind")["ratio"].median()
    few = counts[counts["gates"] == counts.loc[counts["gates"] > 0, "gates"].min()].groupby("kind")["ratio"].median()
    sampled = counts[counts["kind"].isin(["Gaussian", "trained", "mixed"])]
    trained, nets = (counts[counts["kind"] == kind]["objective"].to_numpy() for kind in ("trained", "network"))
    return {
        "smallest_sampled_ratio": sampled["ratio"].min(),
        **{f"ratio_many_gates_{kind.lower()}": ratio[kind] for kind in ("Gaussian", "trained", "mixed", "network")},
        **{f"ratio_few_gates_{kind.lower()}": few[kind] for kind in ("Gaussian", "trained", "mixed", "network")},
        "few_gates_trained_less_gaussian": few["trained"] - few["Gaussian"],
        "largest_own_patterns_over_network": (trained / nets).max(),
    }


def stationary_metrics(stationary):
    """Agreement of settled networks with the programs on their sign patterns."""
    settled = stationary[stationary["settled"]]
    return {
        "stationary_networks": len(settled),
        "stationary_share_settled": stationary["settled"].mean(),
        "stationary_share_with_kinks": (settled["kinks"] > 0).mean(),
        "stationary_worst_difference": settled["relative_difference"].max(),
        "stationary_worst_difference_example": settled.loc[
            settled["problem"] == "Wang et al.", "relative_difference"
        ].max(),
        "stationary_share_global": (settled["network"] <= settled["optimum"] * (1 + 1e-5)).mean(),
        "stationary_smallest_over_optimum": (settled["network"] / settled["optimum"]).min(),
        "example_optimum": stationary.loc[stationary["problem"] == "Wang et al.", "optimum"].iloc[0],
    }


def sensitivity_metrics(table):
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


def real_metrics(real):
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


def conv_metrics(conv, dataset):
    """Peak over λ of the mean test accuracy at the largest number of gates; the paper's comparison needs CIFAR-10."""
    many = conv[conv["gates"] == conv["gates"].max()]
    peak = many.groupby(["method", "lam"])["test_accuracy"].mean().groupby("method").max()
    values = {
        "conv_peak_patch_gates": peak["convex, patch gates"],
        "conv_peak_random_gates": peak["convex, random gates"],
        "conv_peak_sgd": peak["SGD"],
    }
    on_cifar = dataset == "cifar10"
    values["cifar10_patch_less_random"] = (
        values["conv_peak_patch_gates"] - values["conv_peak_random_gates"] if on_cifar else np.nan
    )
    values["cifar10_random_less_sgd"] = (
        values["conv_peak_random_gates"] - values["conv_peak_sgd"] if on_cifar else np.nan
    )
    full_size = on_cifar and conv["gates"].max() >= 4096
    values["cifar10_patch_accuracy_4096"] = values["conv_peak_patch_gates"] if full_size else np.nan
    values["cifar10_random_accuracy_4096"] = values["conv_peak_random_gates"] if full_size else np.nan
    values["cifar10_sgd_accuracy_4096"] = values["conv_peak_sgd"] if full_size else np.nan
    return values


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, metrics)  # noqa: F821
