"""Problems whose two-level patterns are all enumerated: the optimum against descent, and data of low rank."""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.programs.losses import SquaredLoss
from convexify.convex_relu.solvers.solve import solve
from convexify.relaxations.path_norm import enumerate_branches
from convexify.relaxations.path_norm_low_rank import optimum_interval, truncate_rank
from convexify.relaxations.path_norm_program import solve_path_norm
from convexify.relaxations.path_norm_training import descend_branches
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_small(settings, device, seed):
    """``exact``: one row per problem; ``exact_tuning``: one per step; ``rank``: one per draw, decay and rank k."""
    share = Share(settings)
    exact, tuning = _exact(settings, device, seed) if share.first else ([], pd.DataFrame())
    ranks = [
        row
        for draw in tqdm(share.draws, desc="low rank")
        for decay in settings.decays
        for row in _ranks(settings, draw, decay, seed)
    ]
    return {"exact": pd.DataFrame(exact), "exact_tuning": tuning, "rank": pd.DataFrame(ranks)}


def _exact(settings, device, seed):
    problems = [_line(generator(seed, "path_norm", "exact", k), settings.samples) for k in range(settings.problems)]
    rows = [{"problem": k} | _optima(settings, *problem) for k, problem in enumerate(tqdm(problems, desc="exact"))]
    ends, tuned = _descend(settings, problems, device, seed)
    for row, objectives in zip(rows, ends.objectives, strict=True):
        row["best_start"] = float(objectives.min())
        row["median_start"] = float(np.median(objectives))
    return rows, tuned.trials.assign(chosen=tuned.step, edge=tuned.edge or "none")


def _optima(settings, X, y):
    """Certified optima that bound each other: see the notes of `convexify.relaxations.path_norm`."""
    beta, m = settings.beta, settings.neurons
    patterns = enumerate_branches(X, m)
    path = solve_path_norm(X, y, patterns, beta)
    decay = solve_path_norm(X, y, patterns, beta, penalty="weight decay")
    stronger = solve_path_norm(X, y, patterns, np.sqrt(m) * beta)
    two_layer = solve(X, y, enumerate_patterns(X), beta / np.sqrt(m), tol=1e-7)
    return {
        "samples": len(X),
        "groups": path.groups,
        "branches": len(path.network.outputs),
        "primal": path.primal,
        "dual": path.dual,
        "largest_gap": max(path.gap, decay.gap, stronger.gap),
        "weight_decay": decay.dual,
        "weight_decay_primal": decay.primal,
        "stronger_path": stronger.primal,
        "two_layer_weaker": two_layer.primal,
    }


def _descend(settings, problems, device, seed):
    """Adam on the networks' own weights, all problems and starts at once, with the step of lowest mean objective."""
    X, y = (np.stack(part) for part in zip(*problems, strict=True))
    options = {"branches": settings.width * settings.samples, "neurons": settings.neurons, "starts": settings.starts,
               "iterations": settings.iterations, "method": "adam", "device": device}  # fmt: skip
    first = integer_seed(seed, "path_norm", "exact", "descent")

    def score(step):
        found = descend_branches(X, y, settings.beta, step=step, seed=first, **options).objectives
        return found.mean() if np.isfinite(found).all() else np.inf

    tuned = tune_step(score, start=0.1, trials=settings.trials)
    return descend_branches(X, y, settings.beta, step=tuned.step, seed=first, **options), tuned


def _ranks(settings, draw, decay, seed):
    """Programs on rank-k approximations of data of rank three, judged on the data."""
    rng = generator(seed, "path_norm", "rank", draw)
    n, beta, m = settings.rank_samples, settings.beta, settings.neurons
    U, _, Vt = np.linalg.svd(rng.standard_normal((n, 3)), full_matrices=False)
    X, y = np.sqrt(n) * (U * decay ** np.arange(3)) @ Vt, rng.standard_normal(n)
    exact = solve_path_norm(X, y, enumerate_branches(X, m), beta)
    for rank in (1, 2, 3):
        near, sigma = truncate_rank(X, rank)
        answer = solve_path_norm(near, y, enumerate_branches(near, m), beta) if rank < 3 else exact
        low, high = optimum_interval(answer.primal, answer.dual, sigma, beta, m)
        network = answer.network
        yield {
            "draw": draw,
            "decay": decay,
            "rank": rank,
            "sigma": sigma,
            "groups": answer.groups,
            "gap": answer.gap,
            "optimum": exact.primal,
            "optimum_dual": exact.dual,
            "on_data": SquaredLoss().value(network.predict(X), y) + beta * network.penalty("path"),
            "low": low,
            "high": high,
        }


def _line(rng, n):
    return np.column_stack([rng.standard_normal(n), np.ones(n)]), rng.standard_normal(n)


if __name__ == "__main__":
    run(compute_small)
