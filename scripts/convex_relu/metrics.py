"""The numbers that the claims and `snakemake verify` read.

A draw has its own samples, gates and starts: rows of one draw are correlated, draws are not.
"""

from functools import partial

import numpy as np
import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.uncertainty import (
    bound,
    difference,
    exact,
    mean,
    not_reached,
    ratio,
    share,
    step_at_edge,
    table_of,
)

#: Objective on the five points above which a start counts as stuck: the lowest bad minimum met so far is 0.068.
STUCK = 0.05
#: Steps below which the ends of descent in the plane say more of the points that were drawn than of descent.
PLANE_ITERATIONS = 5000


def metrics(
    optima, curves, minima, sampled_patterns, exact_programs, stationary_networks, seeds, patch_gates, trials, real,
    real_trials, real_validated,
):  # fmt: skip
    """Table of metrics; the tables of a list stand in the order of the setting that names them."""
    pattern_counts, exact_optima, guarantees, activations = exact_programs
    same_program, sensitivity, path = seeds
    patch_gates, patch_ranks = patch_gates
    toy_trials, sensitivity_trials, patch_trials = trials
    real, real_trials, real_validated = (
        pd.concat(part, ignore_index=True) for part in (real, real_trials, real_validated)
    )
    solves = [optima, sampled_patterns, exact_optima, activations, stationary_networks, same_program, sensitivity]
    solves = pd.concat([*solves, path, real, patch_gates])
    tuned = pd.concat([toy_trials, sensitivity_trials, real_trials, patch_trials])
    return table_of(
        "convex_relu",
        {
            "worst_gap": bound(solves["relative_gap"].max()),
            "worst_violation": bound(solves["violation"].max()),
            "certified_solves": exact(solves["relative_gap"].count(), tolerance=0),
            "diverged_trials": bound(tuned["diverged"].sum()),
            "diverged_runs": bound(sensitivity["diverged"].sum()),
            **_toy_metrics(optima, curves, toy_trials),
            **_minima_metrics(minima),
            **_sampling_metrics(sampled_patterns),
            **_exact_metrics(pattern_counts, exact_optima),
            **_guarantee_metrics(guarantees),
            **_activation_metrics(activations),
            **_stationary_metrics(stationary_networks),
            **_same_program_metrics(same_program),
            **_seed_metrics(sensitivity, sensitivity_trials),
            **_path_metrics(path),
            **_real_metrics(real, real_trials),
            **_validated_metrics(real_validated),
            **_gate_metrics(patch_gates, patch_trials),
            "patch_rank_gained": bound(np.diff(patch_ranks["patch_rank"].iloc[1:]).item()),
            "image_rank_gained": bound(np.diff(patch_ranks["image_rank"].iloc[1:]).item()),
        },
    )


def _unless_at_edge(trials, metric, *, unit="tuning"):
    """The metric, unless one of the tunings that it rests on ended on an edge of its grid."""
    chosen = trials[trials["best"]] if "best" in trials else trials
    at_edge = int((chosen["edge"] != "").sum())
    return step_at_edge(at_edge, unit=unit) if at_edge else metric


def _toy_metrics(optima, curves, trials):
    """Certified optima, and last objectives of all starts at the tuned step over the certified lower bound."""
    optima = optima.set_index(["problem", "draw"])
    runs = ["size", "problem", "width", "start", "draw"]
    last = curves.sort_values("iteration").groupby(runs)["objective"].last()
    places = pd.MultiIndex.from_arrays([last.index.get_level_values(name) for name in ("problem", "draw")])
    over_optimum = last / optima["lower_bound"].reindex(places).to_numpy()
    line, widths = last["standard"]["line"], last["standard"]["line"].index.get_level_values("width")
    narrow, wide = widths.min(), widths.max()
    optimum = optima.loc["line"].loc[0]

    def tuned(metric, problem, size, width):
        own = trials.query("problem == @problem and size == @size and width == @width")
        return _unless_at_edge(own, metric)

    def best(problem, size, statistic):
        values = over_optimum.xs((size, problem), level=("size", "problem"))
        width = values.index.get_level_values("width").max()
        return tuned(statistic(values.xs(width, level="width").groupby("draw").min()), problem, size, width)

    def only(values):
        return bound(values.item())

    values = {
        "line_optimum": exact(optimum["optimum"], tolerance=optimum["optimum"] - optimum["lower_bound"] + 1e-15),
        "line_patterns": exact(optimum["patterns"], tolerance=0),
        "line_share_stuck_narrow": tuned(_share(line[narrow] > STUCK), "line", "standard", narrow),
        "line_share_stuck_wide": tuned(_share(line[wide] > STUCK), "line", "standard", wide),
        "smallest_start_over_lower_bound": bound(over_optimum.min()),
        "line_wide_best_ratio": best("line", "standard", only),
        "line_wide_small_start_best_ratio": best("line", "small", only),
    }
    if curves["iteration"].max() >= PLANE_ITERATIONS:
        values["plane_best_ratio"] = best("plane", "standard", partial(mean, unit="draw"))
    return values


def _minima_metrics(minima):
    """Stationary points in which starts of the narrow network are stuck: near 0.1, the lowest, the highest, levels."""
    bad = minima.loc[minima["converged"] & (minima["minimum"] > STUCK), "minimum"]
    if not len(bad):
        missing = not_reached(len(minima), unit="start")
        names = ("starts_near_a_tenth", "lowest_bad_minimum", "highest_bad_minimum", "bad_minima")
        return {f"line_{name}": missing for name in names}
    return {
        "line_starts_near_a_tenth": bound(((bad - 0.1).abs() <= 0.02).sum()),
        "line_lowest_bad_minimum": bound(bad.min()),
        "line_highest_bad_minimum": bound(bad.max()),
        "line_bad_minima": bound(bad.round(4).nunique()),
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


def _exact_metrics(counts, optima):
    """Growth of the number of patterns at fixed rank; active groups, neurons that are needed, and strong duality."""
    last = counts.sort_values("samples").groupby("rank").tail(2).groupby("rank")
    slopes = (
        last[["samples", "patterns"]].apply(lambda rows: np.diff(np.log(rows), axis=0)[0]).map(lambda d: d[1] / d[0])
    )
    weak, strong = (optima[optima["factor"] == f] for f in (optima["factor"].min(), optima["factor"].max()))
    active = [part.groupby("draw")["active_groups"].mean() for part in (weak, strong)]
    return {
        "pattern_growth_less_rank": exact((slopes - slopes.index).max(), tolerance=1e-9),
        "pattern_growth_at_rank_3": exact(slopes[3], tolerance=1e-9),
        "patterns_over_bound": exact((counts["patterns"] / counts["bound"]).max(), tolerance=1e-9),
        "active_share_of_groups": mean(
            (weak["active_groups"] / weak["groups"]).groupby(weak["draw"]).mean(), unit="draw"
        ),
        "active_groups_strong_over_weak": ratio(active[1], active[0], unit="draw"),
        "largest_neurons_less_samples": bound((optima["neurons"] - optima["samples"]).max()),
        "finite_width_duality_gap": bound((optima["network"] / optima["lower_bound"] - 1).abs().max()),
    }


def _guarantee_metrics(table):
    """Measured ratios to the optimum beside those that are guaranteed."""
    parts = {kind: table[table["kind"] == kind] for kind in ("sampled", "low rank")}
    excess = {kind: (part["ratio"] / part["guarantee"]).max() for kind, part in parts.items()}
    near = parts["low rank"][parts["low rank"]["noise"] == parts["low rank"]["noise"].min()]
    sampled = np.exp(np.log(parts["sampled"][["ratio", "guarantee"]]).groupby(parts["sampled"]["draw"]).mean())
    return {
        "low_rank_ratio_over_guarantee": bound(excess["low rank"]),
        "low_rank_guarantee_at_least_noise": bound(near["guarantee"].max()),
        "sampled_ratio_over_guarantee": bound(excess["sampled"]),
        "sampled_ratio": _over_one(sampled["ratio"]),
        "sampled_guarantee": _over_one(sampled["guarantee"]),
    }


def _activation_metrics(table):
    """Leaky ReLU and absolute value: the network of the optimum, and the trained ones, over the certified bound."""
    return {
        "activation_network_difference": bound((table["mapped"] / table["lower_bound"] - 1).abs().max()),
        "activation_smallest_trained_over_lower_bound": bound((table["best"] / table["lower_bound"]).min()),
        "activation_largest_best_over_optimum": bound((table["best"] / table["lower_bound"]).max()),
    }


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


def _same_program_metrics(table):
    """How far the answers to one program lie apart: solvers, starts, orders."""
    objective = table.groupby("draw")["objective"]
    spread = objective.max() / objective.min() - 1
    return {
        "same_program_spread": bound(spread.max()),
        "same_program_spread_over_gap": bound((spread / table.groupby("draw")["relative_gap"].max()).max()),
        "same_program_prediction_difference": bound(table["prediction_difference"].max()),
        "same_program_changed_classes": bound(table["changed_classes"].max()),
    }


def _seed_metrics(table, trials):
    """Standard deviations over as many seeds of each method: of the logarithm of the objective, of the accuracy.

    Descent is the mean of both methods, of logarithms for the objective.
    """
    table = table.assign(logarithm=np.log(table["objective"]))
    spread = table.groupby(["method", "draw"])[["logarithm", "test_accuracy"]].std()
    objective, accuracy = spread["logarithm"], spread["test_accuracy"]
    descent = np.sqrt(objective["sgd"] * objective["adam"])
    # No quotient of accuracies: on few test samples all fits may be equally accurate.
    accuracies = difference(accuracy["convex"], (accuracy["sgd"] + accuracy["adam"]) / 2, unit="draw")
    return {
        "objective_spread_convex": mean(objective["convex"], unit="draw"),
        "objective_spread_sgd": mean(objective["sgd"], unit="draw"),
        "objective_spread_adam": mean(objective["adam"], unit="draw"),
        "seed_spread_convex_over_descent": _unless_at_edge(trials, ratio(objective["convex"], descent, unit="draw")),
        "seed_accuracy_spread_convex_less_descent": _unless_at_edge(trials, accuracies),
    }


def _path_metrics(table):
    """Where on the path the validation loss is least, what is active there, and what the choice gains on test data.

    A least validation loss at the last penalty says that the path stops too early.
    """
    paths = table.sort_values("fraction").groupby("draw")
    chosen, last = table.loc[paths["validation_loss"].idxmin()], paths.first()
    return {
        "path_chosen_over_largest_lam": _over_one(chosen["fraction"].to_numpy()),
        "path_chosen_active": mean(chosen["active"], unit="draw"),
        "path_test_error_chosen_less_last": difference(chosen["test_error"], last["test_error"], unit="draw"),
        "path_chosen_last": bound((chosen["fraction"].to_numpy() == last["fraction"].to_numpy()).sum()),
        # The optimum rises with the penalty; by more than a gap it cannot fall.
        "path_largest_fall": bound((1 - table["objective"] / paths["lower_bound"].cummax()).max()),
    }


def _real_metrics(real, trials):
    """Objectives of the methods against each other at one β, and accuracies there; tasks of a sample are averaged."""
    own_patterns = "convex, with the net's patterns"
    tasks = real.pivot(index=["dataset", "draw", "task"], columns="method", values=["objective", "test_accuracy"])
    objective, accuracy = np.log(tasks["objective"]), tasks["test_accuracy"]
    objective["descent"] = objective[["SGD", "Adam"]].min(axis=1)
    # Of SGD and Adam the one with the lower training objective: no choice by test data.
    accuracy["descent"] = accuracy["Adam"].where(objective["Adam"] <= objective["SGD"], accuracy["SGD"])
    sample = np.exp(objective.groupby(["dataset", "draw"]).mean())
    less = accuracy["convex"] - accuracy["descent"]
    sampled = less.groupby(["dataset", "draw"]).mean()
    over = {method: ratio(sample["convex"], sample[method], unit="sample") for method in ("SGD", "Adam")}
    return {
        "real_convex_over_sgd": _unless_at_edge(trials[trials["method"] == "SGD"], over["SGD"]),
        "real_convex_over_adam": _unless_at_edge(trials[trials["method"] == "Adam"], over["Adam"]),
        "real_own_patterns_over_descent": ratio(sample[own_patterns], sample["descent"], unit="sample"),
        "real_largest_own_patterns_over_descent": bound(np.exp((objective[own_patterns] - objective["descent"]).max())),
        "real_largest_gated_over_convex": bound(np.exp((objective["gated"] - objective["convex"]).max())),
        "real_accuracy_convex_less_descent": _unless_at_edge(trials, mean(sampled, unit="sample")),
        "real_worst_accuracy_convex_less_descent": _unless_at_edge(trials, bound(less.min())),
    }


def _validated_metrics(table):
    """Test accuracies with λ chosen on the validation part, of SGD and Adam the one with the lower validation loss."""
    tasks = table.pivot(index=["dataset", "draw"], columns="method", values=["test_accuracy", "validation_loss"])
    accuracy, loss = tasks["test_accuracy"], tasks["validation_loss"]
    descent = accuracy["Adam"].where(loss["Adam"] <= loss["SGD"], accuracy["SGD"])
    less = accuracy["convex"] - descent
    return {
        "validated_accuracy_convex_less_descent": _unless_at_edge(table, mean(less, unit="sample"), unit="choice of λ"),
        "validated_worst_convex_less_descent": _unless_at_edge(table, bound(less.min()), unit="choice of λ"),
        "validated_lams_at_edge": bound((table["edge"] != "").sum()),
    }


def _gate_metrics(table, trials):
    """Test accuracy at the λ that the validation images chose; the paper's comparison needs CIFAR-10."""
    names = {"patch": "convex, patch gates", "random": "convex, random gates", "sgd": "SGD"}
    by_method = {key: table[table["method"] == name].sort_values("draw") for key, name in names.items()}
    accuracy = {key: rows["test_accuracy"].to_numpy() for key, rows in by_method.items()}
    edges = {key: rows[["edge"]] for key, rows in by_method.items()}
    edges["sgd"] = pd.concat([edges["sgd"], trials.loc[trials["best"] & (trials["round"] == 1), ["edge"]]])
    values = {f"{key}_gates_accuracy": mean(accuracy[key], unit="draw") for key in ("patch", "random")}
    values["sgd_accuracy"] = mean(accuracy["sgd"], unit="draw")
    values["gate_lams_at_edge"] = bound((table["edge"] != "").sum())
    if table["dataset"].iloc[0] == "cifar10":
        pairs = {"cifar10_patch_less_random": ("patch", "random"), "cifar10_random_less_sgd": ("random", "sgd")}
        for name, (first, second) in pairs.items():
            compared = difference(accuracy[first], accuracy[second], unit="draw")
            values[name] = _unless_at_edge(pd.concat([edges[first], edges[second]]), compared)
        if table["gates"].iloc[0] >= 4096:
            values["cifar10_patch_accuracy_4096"] = values["patch_gates_accuracy"]
            values["cifar10_random_accuracy_4096"] = values["random_gates_accuracy"]
            values["cifar10_sgd_accuracy_4096"] = values["sgd_accuracy"]
    return values


if __name__ == "__main__":
    run(metrics)
