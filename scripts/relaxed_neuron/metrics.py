"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
from scipy import stats

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, mean, median, not_reached, ratio, share, table_of

#: Smaller errors are rounding of converged runs and count as this.
ROUNDING = {"training_error": 1e-24, "test_error": 1e-24, "recovery_error": 1e-12}
#: Probability with which, were both descents alike, some cell of the map would be said to be won.
FAMILY_WISE_ERROR = 0.01
#: Relative test error at which a student has learned its teacher.
LEARNED = 1e-6


def metrics(trajectories, cells, theorem, convexity, equations, efficiency, teacher_student, success_distance):
    """Estimates over independent trials, worst cases of the theorem, exact numbers of fixed examples."""
    return table_of(
        "relaxed_neuron",
        figure_metrics(trajectories, success_distance)
        | map_metrics(cells, success_distance)
        | speed_metrics(cells)
        | theorem_metrics(theorem)
        | convexity_metrics(convexity)
        | equation_metrics(equations)
        | efficiency_metrics(efficiency)
        | teacher_student_metrics(teacher_student),
    )


def figure_metrics(trajectories, success_distance):
    """Errors at the last iteration, relaxed over vanilla: geometric means over trials with the same samples."""
    last = trajectories[trajectories["iteration"] == trajectories["iteration"].max()]
    values = {}
    for noise, rows in last.groupby("noise"):
        name = "noise_free" if noise == 0 else f"noise_{noise:g}"
        for error, rounding in ROUNDING.items():
            pairs = rows.pivot(index="trial", columns="method", values=error).clip(lower=rounding)
            values[f"{error}_ratio_{name}"] = ratio(pairs["relaxed"], pairs["vanilla"], unit="trial")
        if noise == 0:
            found = rows.pivot(index="trial", columns="method", values="recovery_error") < success_distance
            for method, successes in found.items():
                values[f"success_{method}_{name}"] = share(successes.sum(), len(successes), unit="trial")
            values[f"success_difference_{name}"] = difference(found["relaxed"], found["vanilla"], unit="trial")
    return values


def map_metrics(cells, success_distance):
    """Recovery errors over the map; errors below the success distance count as equal."""
    errors = cells.pivot(index=["noise", "ratio", "scale", "trial"], columns="method", values="recovery_error")
    logarithms = np.log(errors.clip(lower=success_distance)).diff(axis="columns")["vanilla"]
    # Vanilla over relaxed: positive where relaxed descent is better.
    by_cell = logarithms.groupby(["noise", "ratio", "scale"])
    wins = _cells_won(by_cell)
    clean = wins.index.get_level_values("noise") == 0
    values = {
        "cells_where_vanilla_wins": bound((wins == "vanilla").sum()),
        "cells_noise_free_where_vanilla_wins": bound((wins[clean] == "vanilla").sum()),
        "cells_noise_free_where_relaxed_wins": bound((wins[clean] == "relaxed").sum()),
        "cells_noisy_where_relaxed_wins": bound((wins[~clean] == "relaxed").sum()),
    }
    for name, part in (("noise_free", logarithms[0.0]), ("noisy", logarithms.drop(0.0))):
        # Trials of one n/d share their samples over noise and initial scale.
        trials = np.exp(part.groupby(["ratio", "trial"]).mean())
        values[f"map_recovery_error_ratio_{name}"] = ratio(np.ones(len(trials)), trials, unit="trial")
    return values


def _cells_won(by_cell):
    """Method that is better in each cell by a paired t-test, with one family-wise error for the whole map."""
    mean_log, error = by_cell.mean(), by_cell.sem()
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, mean_log / error, np.sign(mean_log) * np.inf)
    level = 1 - (1 - FAMILY_WISE_ERROR) ** (1 / len(mean_log))
    certain = 2 * stats.t.sf(np.abs(np.nan_to_num(statistic, nan=0.0)), by_cell.size() - 1) < level
    return mean_log.mask(~certain, 0.0).map(lambda value: {1: "relaxed", -1: "vanilla"}.get(np.sign(value), "neither"))


def speed_metrics(cells):
    """Iterations to the training target without noise, vanilla over relaxed, in trials where both reach it."""
    clean = cells[cells["noise"] == 0]
    steps = clean.pivot(index=["ratio", "trial", "scale"], columns="method", values="iterations_to_target")
    # Trials of one n/d share their samples over the initial scales: their mean logarithm is one unit.
    logarithms = np.log(steps.dropna()).groupby(["ratio", "trial"]).mean()
    standard = steps.xs(1.0, level="scale")
    reached = standard.notna()
    decided = standard[reached.any(axis=1)].fillna(np.inf)
    enough = len(logarithms) >= 3
    return {
        "speedup": ratio(np.exp(logarithms["vanilla"]), np.exp(logarithms["relaxed"]), unit="trial")
        if enough
        else not_reached(len(steps), unit="trial"),
        **{f"share_reaching_target_{m}": share(reached[m].sum(), len(reached), unit="trial") for m in reached},
        "share_faster_relaxed": share((decided["relaxed"] < decided["vanilla"]).sum(), len(decided), unit="trial")
        if len(decided) >= 3
        else not_reached(len(standard), unit="trial"),
    }


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
    """Share of problems whose loss violates midpoint convexity, and disagreements with the exact rule."""
    violated = convexity["midpoint_violation"] > 1e-6
    positive = convexity["labels"].isin(["one positive label", "all labels positive"])
    return {
        "non_convex_share": bound(violated.mean()),
        "non_convex_share_positive_label": bound(violated[positive].mean()),
        "non_convex_share_no_positive_label": bound(violated[convexity["labels"] == "no positive label"].mean()),
        "convexity_rule_disagreements": bound((violated == convexity["convex_by_rule"]).sum()),
    }


def equation_metrics(equations):
    """Entries of the update (6) and distances of the corrected equations from what they stand for."""
    value = equations.set_index(["equation", "quantity"])["value"]
    entries = "entries of W(k+1) per entry of W(k)"
    return {
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


def teacher_student_metrics(table):
    """How often a student learns its teacher, and how far the relaxed rules stay away."""
    last = table[table["iteration"] == table["iteration"].max()]
    errors = last.pivot(index=["neurons", "trial"], columns="rule", values="relative_test_error")
    relaxed = errors[["relaxed loss", "relaxed update"]].min(axis=1)
    one = errors.index.get_level_values("neurons") == 1
    several = int((~one).sum())
    values = {
        "share_learned_relaxed_one_neuron": share((relaxed[one] <= LEARNED).sum(), one.sum(), unit="trial"),
        "relaxed_loss_lowest_above_one_neuron": bound(table["relaxed_loss_above_one_neuron"].min()),
    }
    if several:
        learned, by_vanilla = relaxed[~one] <= LEARNED, errors["vanilla"][~one] <= LEARNED
        values["share_learned_relaxed_several_neurons"] = share(learned.sum(), several, unit="trial")
        values["share_learned_vanilla_several_neurons"] = share(by_vanilla.sum(), several, unit="trial")
    for neurons, rows in errors[~one].groupby("neurons"):
        for rule in ("relaxed loss", "relaxed update"):
            values[f"test_error_{rule.replace(' ', '_')}_{neurons}_neurons"] = median(rows[rule], unit="trial")
    return values


if __name__ == "__main__":
    run(metrics)
