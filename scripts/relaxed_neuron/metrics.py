"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
from scipy.stats import binomtest

from convexify_workflow.job import run

ERRORS = ("training_error", "test_error", "recovery_error")


def metrics(trajectories, cells, theorem, convexity, equations, efficiency, teacher_student, success_distance):
    """Metric name to value."""
    return {
        **figure_metrics(trajectories, success_distance),
        **map_metrics(cells, success_distance),
        **speed_metrics(cells, trajectories),
        **theorem_metrics(theorem),
        **convexity_metrics(convexity),
        **equation_metrics(equations),
        **efficiency_metrics(efficiency),
        **teacher_student_metrics(teacher_student),
    }


def figure_metrics(trajectories, success_distance):
    """Mean errors at the last iteration, relaxed over vanilla, and how many standard errors they are apart."""
    last = trajectories[trajectories["iteration"] == trajectories["iteration"].max()]
    values = {}
    for error in ERRORS:
        ratios = {}
        for noise, rows in last.groupby("noise"):
            pairs = rows.pivot(index="trial", columns="method", values=error)
            difference = pairs["relaxed"] - pairs["vanilla"]
            name = _noise_name(noise)
            ratios[noise] = pairs["relaxed"].mean() / pairs["vanilla"].mean()
            values[f"{error}_ratio_{name}"] = ratios[noise]
            values[f"{error}_difference_in_standard_errors_{name}"] = difference.mean() / difference.sem()
        values[f"{error}_largest_ratio"] = max(ratios.values())
    for (noise, method), rows in last.groupby(["noise", "method"]):
        successes = int((rows["recovery_error"] < success_distance).sum())
        interval = binomtest(successes, len(rows)).proportion_ci(method="wilson")
        name = f"{method}_{_noise_name(noise)}"
        values[f"median_recovery_error_{name}"] = rows["recovery_error"].median()
        values[f"success_{name}"] = successes / len(rows)
        values[f"success_{name}_low"], values[f"success_{name}_high"] = interval
    return values


def map_metrics(cells, success_distance):
    """In how many cells of the map the median recovery errors differ by more than the success distance."""
    medians = cells.pivot_table(
        index=["ratio", "noise", "scale"], columns="method", values="recovery_error", aggfunc="median"
    )
    difference = medians["relaxed"] - medians["vanilla"]
    clean = difference.index.get_level_values("noise") == 0
    values = {}
    for name, part in (("noise_free", difference[clean]), ("noisy", difference[~clean])):
        values[f"cells_{name}"] = len(part)
        values[f"cells_{name}_where_relaxed_wins"] = (part < -success_distance).sum()
        values[f"cells_{name}_where_vanilla_wins"] = (part > success_distance).sum()
    values["cells_where_vanilla_wins"] = (difference > success_distance).sum()
    return values


def speed_metrics(cells, trajectories):
    """Median iterations to the training target without noise; a run that misses it counts as longer than all others."""
    medians = (
        cells[cells["noise"] == 0]
        .assign(iterations=lambda rows: rows["iterations_to_target"].fillna(np.inf))
        .pivot_table(index=["ratio", "scale"], columns="method", values="iterations", aggfunc="median", dropna=False)
    )
    reached = medians[np.isfinite(medians).any(axis=1)]
    speedup = reached["vanilla"] / reached["relaxed"]
    easy = speedup[speedup.index.get_level_values("ratio") >= 4]
    noisy = trajectories[trajectories["noise"] > 0]
    own = noisy.groupby(["method", "trial"])[["iteration", "training_error"]].apply(_iterations_to_own_limit)
    limits = own.groupby("method").median()
    ahead = noisy.pivot_table(index="iteration", columns="method", values="test_error", aggfunc="median")
    return {
        "speedup_cells": len(reached),
        "speedup_smallest": speedup.min(),
        "speedup_median_when_n_is_at_least_4d": easy.median(),
        "speedup_to_own_limit_with_noise": limits["vanilla"] / limits["relaxed"],
        "last_iteration_relaxed_ahead_with_noise": ahead[ahead["relaxed"] < ahead["vanilla"]].index.max(),
    }


def theorem_metrics(theorem):
    """Excess of the loss at the relaxed minimiser over the lowest loss known, by kind of labels."""
    excess = theorem["relative_excess"].clip(lower=0)
    labels, real = theorem["labels"], ~theorem["source"].isin(["counterexample", "gaussian"])
    misled = theorem[labels == "misled"].iloc[0]
    non_negative = labels.isin(["planted", "non-negative, no neuron", "own, in [0, 1]", "misled"])
    return {
        "theorem_largest_excess": excess.max(),
        "theorem_largest_excess_planted": excess[labels == "planted"].max(),
        "theorem_largest_excess_planted_with_noise": excess[labels == "planted, noise"].max(),
        "theorem_largest_excess_real_own_labels": excess[real & (labels == "own, in [0, 1]")].max(),
        "counterexample_loss_at_relaxed_minimiser": misled["loss_at_relaxed_minimiser"],
        "counterexample_lowest_loss": misled["lowest_loss"],
        "unbounded_problems": (~theorem["bounded"]).sum(),
        "unbounded_problems_non_negative_labels": (~theorem["bounded"][non_negative]).sum(),
        "unbounded_real_problems": (~theorem["bounded"][real]).sum(),
        "relaxed_largest_gap": theorem["gap"].abs().max(),
        "relaxed_largest_violation": theorem["violation"].max(),
    }


def convexity_metrics(convexity):
    """Share of problems whose loss violates midpoint convexity, and disagreements with the exact rule."""
    violated = convexity["midpoint_violation"] > 1e-6
    positive = convexity["labels"].isin(["one positive label", "all labels positive"])
    outweighed = convexity["labels"] == "one positive label, outweighed on its line"
    return {
        "non_convex_share": violated.mean(),
        "non_convex_share_no_positive_label": violated[convexity["labels"] == "no positive label"].mean(),
        "non_convex_share_positive_label": violated[positive].mean(),
        "non_convex_share_outweighed_label": violated[outweighed].mean(),
        "convexity_rule_disagreements": (violated == convexity["convex_by_rule"]).sum(),
    }


def equation_metrics(equations):
    """Entries of the update (6) and distances of the corrected equations from what they stand for."""
    value = equations.set_index(["equation", "quantity"])["value"]
    entries = "entries of W(k+1) per entry of W(k)"
    return {
        "equation_6_entries_as_printed": value["(6) as printed", entries],
        "equation_6_entries_corrected": value["(6) corrected", entries],
        "equation_6_difference_from_gradient": value["(6) corrected"].drop(entries).max(),
        "equation_8_largest_difference": value["(8)"].max(),
    }


def efficiency_metrics(efficiency):
    """n·E‖ŵ − w*‖²/(d·noise²) at the largest n/d: 4 and 2 in the limit."""
    last = efficiency[efficiency["ratio"] == efficiency["ratio"].max()]
    mean, error = (getattr(last.groupby("method")["scaled_error"], name)() for name in ("mean", "sem"))
    pairs = last.pivot(index="trial", columns="method", values="scaled_error")
    ratio = mean["relaxed"] / mean["vanilla"]
    relaxed = last[last["method"] == "relaxed"]
    return {
        **{f"scaled_variance_{method}": mean[method] for method in mean.index},
        **{f"scaled_variance_{method}_standard_error": error[method] for method in mean.index},
        "variance_ratio": ratio,
        # Delta method for a ratio of paired means.
        "variance_ratio_standard_error": (pairs["relaxed"] - ratio * pairs["vanilla"]).sem() / mean["vanilla"],
        "efficiency_largest_relaxed_gradient": relaxed["relative_half_gradient"].max(),
    }


def teacher_student_metrics(table):
    """Median errors at the last iteration by number of neurons and rule, and the relaxed loss beside one neuron's."""
    last = table[table["iteration"] == table["iteration"].max()]
    medians = last.groupby(["neurons", "rule"])[["relative_test_error", "recovery_error"]].median()
    values = {}
    for (neurons, rule), row in medians.iterrows():
        name = f"{neurons}_{rule.replace(' ', '_')}"
        values[f"planted_test_error_{name}"] = row["relative_test_error"]
        values[f"planted_recovery_error_{name}"] = row["recovery_error"]
    relaxed = medians["relative_test_error"].unstack("rule")[["relaxed loss", "relaxed update"]].min(axis=1)
    on_loss = last[last["rule"] == "relaxed loss"]
    return {
        **values,
        "planted_largest_relaxed_test_error": relaxed.max(),
        "planted_largest_relaxed_test_error_one_neuron": relaxed[relaxed.index == 1].max(),
        "planted_largest_vanilla_test_error": medians["relative_test_error"].unstack("rule")["vanilla"].max(),
        "planted_relaxed_loss_lowest_above_one_neuron": table["relaxed_loss_above_one_neuron"].min(),
        "planted_relaxed_loss_final_above_one_neuron": on_loss.groupby("neurons")["relaxed_loss_above_one_neuron"]
        .median()
        .max(),
    }


def _iterations_to_own_limit(run):
    """First recorded iteration after which the training error stays within 1 % of its last value."""
    run = run.sort_values("iteration")
    outside = (run["training_error"] / run["training_error"].iloc[-1] - 1).abs() > 0.01
    return run["iteration"][~outside[::-1].cummax()[::-1]].iloc[0]


def _noise_name(noise):
    return "noise_free" if noise == 0 else f"noise_{noise:g}"


if __name__ == "__main__":
    run(metrics)
