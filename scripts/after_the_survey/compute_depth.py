"""Networks of more layers: on a line as Lasso problems, and three layers on data of rank one; Adam beside both.

No device: branches of one neuron on a dozen samples; sending them to a device would take longer.
"""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.convex_relu.networks.narrow_training import descend_narrow
from convexify.convex_relu.one_dimensional import branch_features, dictionary, solve_lasso
from convexify.relaxations.path_norm import enumerate_branches
from convexify.relaxations.path_norm_program import solve_path_norm
from convexify.relaxations.standard_three_layers import descend_standard, rank_one_optima
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step
from convexify_workflow.job import run

#: Activation and layers of the networks on a line.
NETWORKS = (("relu", 2), ("relu", 3), ("relu", 4), ("absolute", 2), ("absolute", 3))
#: Two samples on both sides of 0 with opposite and with equal labels: the gap is known in closed form.
PAIRS = (("opposite labels", (1.0, -1.0)), ("equal labels", (1.0, 1.0)))


def compute_depth(settings, seed):
    """``lines``: one row per network and problem; ``three_layers``: one per problem of rank one."""
    lines = [row for network in tqdm(NETWORKS, desc="lines") for row in _lines(*network, settings, seed)]
    return {"lines": pd.DataFrame(lines), "three_layers": pd.DataFrame(_three_layers(settings, seed))}


def _lines(activation, layers, settings, seed):
    """Certified Lasso optimum of every problem, the worst random branch at its dual point, and Adam's best start."""
    rng = generator(seed, "after_the_survey", "lines")
    x, y = rng.standard_normal((2, settings.line_problems, settings.line_samples))
    branches = generator(seed, "after_the_survey", "branches", activation, layers)
    rows = []
    for problem, (positions, labels) in enumerate(zip(x, y, strict=True)):
        features = dictionary(positions, activation, layers)
        answer = solve_lasso(features.features, labels, settings.line_beta)
        random = branch_features(positions, activation, layers, branches, settings.random_branches)
        on_samples = np.isin(features.kinks, positions).all(axis=1)
        plain = solve_lasso(features.features[:, on_samples], labels, settings.line_beta)
        rows.append({
            "activation": activation, "layers": layers, "problem": problem, "features": len(on_samples),
            "optimum": answer.primal, "dual": answer.dual, "gap": max(answer.gap, plain.gap),
            "without_reflections": plain.dual,
            "random_branch": float(np.abs(answer.nu @ random).max()) / settings.line_beta,
        })  # fmt: skip
    if activation == "absolute" and layers == 2:  # only what depth is compared with
        return rows
    options = {"activation": activation, "layers": layers, "branches": settings.line_branches,
               "starts": settings.line_starts, "iterations": settings.line_iterations,
               "seed": integer_seed(seed, "after_the_survey", "lines", activation, layers)}  # fmt: skip
    objectives, tuned = _tuned(lambda step: descend_narrow(x, y, settings.line_beta, step=step, **options).objectives,
                               settings)  # fmt: skip
    return [row | _starts(of_problem, tuned) for row, of_problem in zip(rows, objectives, strict=True)]


def _three_layers(settings, seed):
    """Optima of parallel and standard networks on data of rank one, and Adam's best start on the standard ones."""
    rng = generator(seed, "after_the_survey", "three layers")
    size = (2, settings.rank_one_problems, settings.rank_one_samples)
    problems = [(f"draw {k}", *problem) for k, problem in enumerate(rng.standard_normal(size).swapaxes(0, 1))]
    # copies of the two samples, so that all problems have one size and descend together
    copies = settings.rank_one_samples // 2
    problems += [(name, np.tile([1.0, -1.0], copies), np.tile(labels, copies)) for name, labels in PAIRS]
    rows = []
    for name, c, y in problems:
        found = rank_one_optima(c, y, settings.rank_one_beta)
        X = c[:, None]
        program = solve_path_norm(X, y, enumerate_branches(X, 2), settings.rank_one_beta, penalty="weight decay")
        rows.append({
            "problem": name, "parallel": found.parallel, "program": program.primal, "program_dual": program.dual,
            "program_gap": program.gap, "low": found.low, "high": found.high, "opposite": found.opposite,
        })  # fmt: skip
    c, y = (np.stack([problem[k] for problem in problems]) for k in (1, 2))
    options = {"hidden": settings.hidden, "neurons": settings.hidden, "starts": settings.rank_one_starts,
               "iterations": settings.rank_one_iterations,
               "seed": integer_seed(seed, "after_the_survey", "three layers")}  # fmt: skip
    objectives, tuned = _tuned(
        lambda step: descend_standard(c[..., None], y, settings.rank_one_beta, step=step, **options), settings
    )
    return [row | _starts(of_problem, tuned) for row, of_problem in zip(rows, objectives, strict=True)]


def _tuned(descend, settings):
    """Objectives (problems, starts) with the step of the lowest mean objective, and the tuning."""
    runs = {}

    def score(step):
        runs[step] = descend(step)
        return runs[step].mean() if np.isfinite(runs[step]).all() else np.inf

    tuned = tune_step(score, start=0.1, trials=settings.descent_trials)
    return runs[tuned.step], tuned


def _starts(objectives, tuned):
    return {
        "best_start": float(objectives.min()), "median_start": float(np.median(objectives)), "step": tuned.step,
        "edge": tuned.edge or "none",
    }  # fmt: skip


if __name__ == "__main__":
    run(compute_depth)
