"""The numbers that the claims and `snakemake verify` read.

A draw has its own samples, gates and starts: rows of one draw are correlated, draws are not.
"""

import numpy as np
import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, mean, ratio, share, table_of

#: Objective on the five points above which a start counts as stuck: the bad minima begin near 0.1.
STUCK = 0.05


def metrics(optima, curves, sampled_patterns, stationary_networks, sensitivity, patch_gates, real):
    """Table of metrics."""
    real = pd.concat(real, ignore_index=True)
    solves = pd.concat([optima, sampled_patterns, stationary_networks, sensitivity, real, patch_gates])
    return table_of(
        "convex_relu",
        {
            "worst_gap": bound(solves["relative_gap"].max()),
            "worst_violation": bound(solves["violation"].max()),
            "certified_solves": exact(solves["relative_gap"].count(), tolerance=0),
            **_toy_metrics(optima, curves),
            **_sampling_metrics(sampled_patterns),
            **_stationary_metrics(stationary_networks),
            **_sensitivity_metrics(sensitivity),
            **_real_metrics(real),
            **_gate_metrics(patch_gates),
        },
    )


def _toy_metrics(optima, curves):
    """Certified optima, and last objectives of all starts relative to the certified lower bound."""
    optima = optima.set_index("problem")
    last = curves.sort_values("iteration").groupby(["size", "problem", "width", "start"])["objective"].last()
    over_optimum = last / last.index.get_level_values("problem").map(optima["lower_bound"])
    line, widths = last["standard"]["line"], last["standard"]["line"].index.get_level_values("width")
    narrow, wide = widths.min(), widths.max()
    line_standard, line_small = over_optimum["standard"]["line"][wide], over_optimum["small"]["line"][wide]
    plane_standard, plane_small = over_optimum["standard"]["plane"], over_optimum["small"]["plane"]
    optimum = optima.loc["line"]
    return {
        "line_optimum": exact(optimum["optimum"], tolerance=optimum["optimum"] - optimum["lower_bound"] + 1e-15),
        "line_patterns": exact(optimum["patterns"], tolerance=0),
        "line_share_stuck_narrow": _share(line[narrow] > STUCK),
        "line_share_stuck_wide": _share(line[wide] > STUCK),
        "smallest_start_over_lower_bound": bound(over_optimum.min()),
        "line_wide_best_ratio": bound(line_standard.min()),
        "line_wide_small_start_best_ratio": bound(line_small.min()),
        "plane_best_ratio": bound(plane_standard.min()),
        "plane_small_start_best_ratio": bound(plane_small.min()),
    }


def _share(hits):
    return share(hits.sum(), len(hits), unit="start")


def _sampling_metrics(table):
    """Objective over the exact optimum at the largest and at the smallest number of gates, mean over data sets."""
    counts = table.loc[table["gates"] > 0, "gates"]
    logarithms = table.assign(logarithm=np.log(table["ratio"])).groupby(["gates", "kind", "draw"])["logarithm"].mean()
    many, few = np.exp(logarithms[counts.max()]), np.exp(logarithms[counts.min()])
    trained, networks = (table[table["kind"] == kind]["objective"].to_numpy() for kind in ("trained", "network"))
    return {
        "gaussian_over_optimum_many_gates": _over_one(many["Gaussian"]),
        "gaussian_over_optimum_few_gates": _over_one(few["Gaussian"]),
        "trained_over_optimum_few_gates": _over_one(few["trained"]),
        "trained_over_gaussian_few_gates": ratio(few["trained"], few["Gaussian"], unit="draw"),
        "largest_own_patterns_over_network": bound((trained / networks).max()),
    }


def _over_one(ratios):
    """Geometric mean of ratios, one for each draw."""
    return ratio(ratios, np.ones(len(ratios)), unit="draw")


def _stationary_metrics(table):
    """Agreement of refined networks with the programs on their sign patterns."""
    refined, on_example = table[table["converged"]], table["problem"] == "Wang et al."
    example, sampled = table[on_example].iloc[0], refined[~on_example[refined.index]]
    logarithms = np.log(sampled["ratio"]).groupby(sampled["draw"]).mean()
    return {
        "stationary_share_converged": bound(table["converged"].mean()),
        "stationary_share_with_kinks": bound((refined["kinks"] > 0).mean()),
        "stationary_worst_difference": bound(refined["relative_difference"].max()),
        "stationary_worst_difference_example": bound(
            refined.loc[on_example[refined.index], "relative_difference"].max()
        ),
        "stationary_largest_over_optimum": bound(refined["ratio"].max()),
        "stationary_over_optimum": _over_one(np.exp(logarithms)),
        "example_optimum": exact(example["optimum"], tolerance=example["optimum"] * example["optimum_gap"] + 1e-15),
    }


def _sensitivity_metrics(table):
    """Standard deviations over the choices of a user, of the logarithm of the objective and of the accuracy."""
    table = table.assign(logarithm=np.log(table["objective"]))
    spread = table.groupby(["method", "draw"])[["logarithm", "test_accuracy"]].std()
    objective, accuracy = spread["logarithm"], spread["test_accuracy"]
    descent = np.minimum(objective["sgd"], objective["adam"])
    return {
        "objective_spread_convex": mean(objective["convex"], unit="draw"),
        "objective_spread_sgd": mean(objective["sgd"], unit="draw"),
        "objective_spread_adam": mean(objective["adam"], unit="draw"),
        "convex_spread_over_descent": ratio(objective["convex"], descent, unit="draw"),
        # No quotient: on few test samples all fits may be equally accurate.
        "accuracy_spread_convex_less_half_sgd": difference(accuracy["convex"], accuracy["sgd"] / 2, unit="draw"),
        "diverged_runs": bound(table["diverged"].sum()),
    }


def _real_metrics(real):
    """Objectives and accuracies of the methods against each other; the tasks of one sample are averaged."""
    own_patterns = "convex, with the net's patterns"
    tasks = real.pivot(index=["dataset", "draw", "task"], columns="method", values=["objective", "test_accuracy"])
    objective, accuracy = np.log(tasks["objective"]), tasks["test_accuracy"]
    objective["descent"] = objective[["SGD", "Adam"]].min(axis=1)
    accuracy["descent"] = accuracy[["SGD", "Adam"]].max(axis=1)
    sample = np.exp(objective.groupby(["dataset", "draw"]).mean())
    accuracy = accuracy.groupby(["dataset", "draw"]).mean()
    return {
        "real_convex_over_sgd": ratio(sample["convex"], sample["SGD"], unit="sample"),
        "real_convex_over_adam": ratio(sample["convex"], sample["Adam"], unit="sample"),
        "real_own_patterns_over_descent": ratio(sample[own_patterns], sample["descent"], unit="sample"),
        "real_largest_own_patterns_over_descent": bound(np.exp((objective[own_patterns] - objective["descent"]).max())),
        "real_largest_gated_over_convex": bound(np.exp((objective["gated"] - objective["convex"]).max())),
        "real_accuracy_convex_less_descent": difference(accuracy["convex"], accuracy["descent"], unit="sample"),
        "real_accuracy_own_patterns_less_descent": difference(
            accuracy[own_patterns], accuracy["descent"], unit="sample"
        ),
    }


def _gate_metrics(table):
    """Test accuracy at the largest number of gates, each draw's best over λ; the paper's comparison needs CIFAR-10."""
    many = table[table["gates"] == table["gates"].max()]
    peak = many.groupby(["method", "draw"])["test_accuracy"].max()
    patch, random, sgd = (peak[method] for method in ("convex, patch gates", "convex, random gates", "SGD"))
    values = {
        "patch_gates_accuracy": mean(patch, unit="draw"),
        "random_gates_accuracy": mean(random, unit="draw"),
        "sgd_accuracy": mean(sgd, unit="draw"),
    }
    if table["dataset"].iloc[0] == "cifar10":
        values["cifar10_patch_less_random"] = difference(patch, random, unit="draw")
        values["cifar10_random_less_sgd"] = difference(random, sgd, unit="draw")
        if many["gates"].iloc[0] >= 4096:
            values["cifar10_patch_accuracy_4096"] = mean(patch, unit="draw")
            values["cifar10_random_accuracy_4096"] = mean(random, unit="draw")
            values["cifar10_sgd_accuracy_4096"] = mean(sgd, unit="draw")
    return values


if __name__ == "__main__":
    run(metrics)
