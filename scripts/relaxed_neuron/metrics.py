"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
from _won import cells_won, map_signs, sign_of

from convexify_workflow.job import run
from convexify_workflow.uncertainty import (
    bound,
    exact,
    mean,
    median,
    not_reached,
    ratio,
    share,
    step_at_edge,
    table_of,
)

#: Relative test error at which a student has learned its teacher.
LEARNED = 1e-6
#: Ratios of errors beyond it, diverged runs among them, count as it in a median.
LARGEST_RATIO = 1e6


def metrics(
    trajectories,
    steps,
    cells,
    map_steps,
    theorem,
    convexity,
    equations,
    efficiency,
    teacher_student,
    student_steps,
    settings,
):
    """Estimates over independent trials, worst cases of the theorem, exact numbers of fixed examples."""
    return table_of(
        "relaxed_neuron",
        figure_metrics(trajectories, steps, settings.success_distance)
        | map_metrics(cells, map_steps, settings.success_distance)
        | speed_metrics(cells, map_steps, settings.iterations)
        | theorem_metrics(theorem)
        | convexity_metrics(convexity)
        | equation_metrics(equations)
        | efficiency_metrics(efficiency)
        | teacher_student_metrics(teacher_student, student_steps),
    )


def figure_metrics(trajectories, steps, success_distance):
    """Errors at the last iteration with tuned steps: which descent ends lower, trial by trial, and by what ratio.

    Where ‖w − w*‖ is below the success distance both have converged, and neither ends lower; a squared error counts as
    converged below ½ of its square, which is what that distance gives on Gaussian samples. The claims read
    training_error_lower_noise_free, test_error_lower_noise_free, recovery_error_lower_noise_free,
    training_error_lower_noise_0.1, test_error_lower_noise_0.1 and recovery_error_lower_noise_0.1.
    """
    last = trajectories[trajectories["iteration"] == trajectories["iteration"].max()]
    converged = dict.fromkeys(("training_error", "test_error"), success_distance**2 / 2)
    converged["recovery_error"] = success_distance
    values = {}
    for noise, rows in last.groupby("noise"):
        name = "noise_free" if noise == 0 else f"noise_{noise:g}"
        edges = at_edge(steps[steps["noise"] == noise])
        for error, floor in converged.items():
            pairs = rows.pivot(index="trial", columns="method", values=error).clip(lower=floor)
            signs = sign_of(pairs)
            lower = share_lower(signs, edges)
            # With noise every trial differs and all share one tuned step: they are no independent units.
            values[f"{error}_lower_{name}"] = bound(lower.value) if noise and lower.kind == "estimate" else lower
            values[f"{error}_differs_{name}"] = share((signs != 0).sum(), len(signs), unit="trial")
            quotients = (pairs["relaxed"] / pairs["vanilla"]).fillna(1.0).clip(1 / LARGEST_RATIO, LARGEST_RATIO)
            values[f"{error}_median_ratio_{name}"] = median(quotients, unit="trial")
        recovery = rows.pivot(index="trial", columns="method", values="recovery_error")
        for method, errors in recovery.items():
            values[f"success_{method}_{name}"] = share((errors < success_distance).sum(), len(errors), unit="trial")
        values[f"diverged_{name}"] = bound(np.isinf(recovery).to_numpy().sum())
    return values


def at_edge(steps):
    """Number of tunings whose best step lies on the edge of its grid."""
    return int((steps["chosen"] & (steps["edge"] != "")).sum())


def share_lower(signs, edges):
    """Share of the trials that differ in which relaxed descent has the smaller number: Wilson's interval against ½.

    Every trial that differs counts once: a few that end in another minimum do not decide, as they would in a mean of
    errors. ``edges`` tunings with their best step on an edge leave the comparison open.
    """
    if edges:
        return step_at_edge(edges, unit="tuning")
    differ = signs[signs != 0]
    return (
        share((differ > 0).sum(), len(differ), unit="trial")
        if len(differ) >= 3
        else not_reached(len(signs), unit="trial")
    )


def map_metrics(cells, map_steps, success_distance):
    """Recovery errors over the map; errors below the success distance count as equal."""
    signs = map_signs(cells, success_distance)
    won = cells_won(signs)
    clean = won.index.get_level_values("noise") == 0
    edges = at_edge(map_steps)
    values = {
        "map_steps_at_edge": bound(edges),
        "map_diverged": bound(np.isinf(cells["recovery_error"]).sum()),
        "cells_where_vanilla_wins": bound((won == "vanilla").sum()),
        "cells_noise_free_where_vanilla_wins": bound((won[clean] == "vanilla").sum()),
        "cells_noise_free_where_relaxed_wins": bound((won[clean] == "relaxed").sum()),
        "cells_noisy_where_relaxed_wins": bound((won[~clean] == "relaxed").sum()),
    }
    for name, part in (("noise_free", signs[0.0]), ("noisy", signs.drop(0.0))):
        # Trials of one n/d share their samples over noise and initial scale: their mean is one unit.
        values[f"map_wins_{name}"] = mean(part.groupby(["ratio", "trial"]).mean(), unit="trial")
    return values


def speed_metrics(cells, map_steps, iterations):
    """Iterations to the training target without noise, with tuned steps, over all trials.

    A trial that misses the target is slower than any that reaches it, and equal to one that misses it as well.
    """
    clean = cells[cells["noise"] == 0]
    keys = ["ratio", "trial", "scale"]
    reached = clean.pivot(index=keys, columns="method", values="iterations_to_target")
    signs = sign_of(reached.fillna(np.inf))
    both = np.log(reached.dropna()).groupby(["ratio", "trial"]).mean()
    standard = reached.xs(1.0, level="scale")
    values = {
        # Trials of one n/d share their samples over the initial scales: the majority of the scales is one unit.
        "share_faster_relaxed": share_lower(signs.groupby(["ratio", "trial"]).sum(), at_edge(map_steps)),
        "speedup_where_both_reach": ratio(np.exp(both["vanilla"]), np.exp(both["relaxed"]), unit="trial")
        if len(both) >= 3
        else not_reached(len(reached), unit="trial"),
    }
    for method in standard:
        steps = standard[method]
        values[f"share_reaching_target_{method}"] = share(steps.notna().sum(), len(steps), unit="trial")
        # Twice the budget stands for trials that miss the target: a median in their half means "not reached".
        values[f"median_iterations_{method}"] = median(steps.fillna(2.0 * iterations), unit="trial")
    return values


def theorem_metrics(theorem):
    """Excess of the loss at the relaxed minimiser over the lowest loss known, by kind of labels."""
    excess = theorem["relative_excess"].clip(lower=0)
    labels, real = theorem["labels"], ~theorem["source"].isin(["counterexample", "gaussian"])
    misled = theorem[labels == "misled"].iloc[0]
    non_negative = labels.isin(["planted", "non-negative, no neuron", "own, in [0, 1]", "misled"])
    noisy = excess[(theorem["source"] == "gaussian") & (labels == "planted, noise") & theorem["bounded"]]
    return {
        "theorem_largest_excess": bound(excess.max()),
        "theorem_largest_excess_planted": bound(excess[labels == "planted"].max()),
        "theorem_largest_excess_real_own_labels": bound(excess[real & (labels == "own, in [0, 1]")].max()),
        "theorem_excess_planted_with_noise": mean(noisy, unit="problem"),
        "counterexample_loss_at_relaxed_minimiser": exact(misled["loss_at_relaxed_minimiser"], tolerance=1e-9),
        "counterexample_lowest_loss": exact(misled["lowest_loss"], tolerance=1e-12),
        "unbounded_problems": bound((~theorem["bounded"]).sum()),
        "unbounded_problems_non_negative_labels": bound((~theorem["bounded"][non_negative]).sum()),
        "relaxed_largest_gap": bound(theorem["gap"].abs().max()),
        "relaxed_largest_violation": bound(theorem["violation"].max()),
    }


def convexity_metrics(convexity):
    """Share of problems whose loss violates midpoint convexity, disagreements with the rule, the relaxed loss."""
    violated = convexity["midpoint_violation"] > 1e-6
    positive = convexity["labels"].isin(["one positive label", "all labels positive"])
    return {
        "non_convex_share": bound(violated.mean()),
        "non_convex_share_positive_label": bound(violated[positive].mean()),
        "non_convex_share_no_positive_label": bound(violated[convexity["labels"] == "no positive label"].mean()),
        "convexity_rule_disagreements": bound((violated == convexity["convex_by_rule"]).sum()),
        "relaxed_loss_largest_violation": bound(
            convexity[["relaxed_midpoint_violation", "relaxed_chord_violation"]].max().max()
        ),
        "relaxed_tanh_loss_largest_violation": bound(convexity["relaxed_chord_violation_tanh"].max()),
    }


def equation_metrics(equations):
    """Entries of the update (6) and distances of the corrected equations from what they stand for."""
    value = equations.set_index(["equation", "quantity"])["value"]
    entries = "entries of W(k+1) per entry of W(k)"
    return {
        "equation_5_spread_as_printed": bound(value["(5) as printed"].max()),
        "equation_5_spread_as_meant": bound(value["(5) as meant"].max()),
        "equation_6_entries_as_printed": exact(value["(6) as printed", entries], tolerance=0),
        "equation_6_entries_corrected": exact(value["(6) corrected", entries], tolerance=0),
        "equation_6_difference_from_gradient": bound(value["(6) corrected"].drop(entries).max()),
        "equation_8_largest_difference": bound(value["(8)"].max()),
    }


def efficiency_metrics(efficiency):
    """n‖ŵ − w*‖²/(d·noise²) at the largest n/d, whose mean tends to 4 and 2; and the ratio of both."""
    last = efficiency[efficiency["ratio"] == efficiency["ratio"].max()]
    pairs = last.pivot(index="trial", columns="method", values="scaled_error")
    slopes = last.loc[last["method"] == "relaxed", "relative_half_gradient"]
    return {
        "scaled_variance_relaxed": mean(pairs["relaxed"], unit="trial"),
        "scaled_variance_vanilla": mean(pairs["vanilla"], unit="trial"),
        # Both errors have the same distribution in the limit, up to scale: so the geometric mean has the same limit.
        "variance_ratio": ratio(pairs["relaxed"], pairs["vanilla"], unit="trial"),
        "efficiency_largest_relaxed_gradient": bound(slopes.max()),
    }


def teacher_student_metrics(table, student_steps):
    """How often a student learns its teacher with tuned steps, and how far the relaxed rules stay away."""
    last = table[table["iteration"] == table["iteration"].max()]
    errors = last.pivot(index=["neurons", "trial"], columns="rule", values="relative_test_error")
    relaxed = errors[["relaxed loss", "relaxed update"]].min(axis=1)
    one = errors.index.get_level_values("neurons") == 1
    several = int((~one).sum())
    on_edge = student_steps.assign(one=student_steps["neurons"] == 1)
    edges = {case: at_edge(on_edge[on_edge["one"] == case]) for case in (True, False)}
    values = {
        "share_learned_relaxed_one_neuron": step_at_edge(edges[True], unit="tuning")
        if edges[True]
        else share((relaxed[one] <= LEARNED).sum(), one.sum(), unit="trial"),
        "students_diverged": bound(np.isinf(errors).to_numpy().sum()),
        "relaxed_loss_lowest_above_one_neuron": bound(table["relaxed_loss_above_one_neuron"].min()),
    }
    if several:
        learned, by_vanilla = relaxed[~one] <= LEARNED, errors["vanilla"][~one] <= LEARNED
        values["share_learned_relaxed_several_neurons"] = (
            step_at_edge(edges[False], unit="tuning") if edges[False] else share(learned.sum(), several, unit="trial")
        )
        values["share_learned_vanilla_several_neurons"] = share(by_vanilla.sum(), several, unit="trial")
    for neurons, rows in errors[~one].groupby("neurons"):
        for rule in ("relaxed loss", "relaxed update"):
            error = rows[rule].clip(upper=LARGEST_RATIO)
            values[f"test_error_{rule.replace(' ', '_')}_{neurons}_neurons"] = median(error, unit="trial")
    return values


if __name__ == "__main__":
    run(metrics)
