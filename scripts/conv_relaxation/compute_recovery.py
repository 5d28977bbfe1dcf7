"""Planted filters: how often a random objective of the relaxation recovers them, and how often gradient descent."""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.relaxations.planted_filter import (
    descend_filter,
    filter_loss,
    is_recovered_for,
    planted_filter_problem,
    relax_filter,
)
from convexify.seeds import generator
from convexify.tuning import tune_step
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

#: Samples per dimension of the problems on which a step is judged.
TUNING_RATIO = 8


def compute_recovery(settings, seed):
    """``recovery``: one row per size and problem; ``tuning``: one row per number of patches and step tried."""
    rows, tuning, share = [], [], Share(settings)
    # The step of a number of patches is the same for every block; one of them tells it.
    tells = settings.dimensions[0] in share.dimensions and 0 in share.problems
    for patches in share.patches:
        tuned = _tuned_step(settings, patches, seed)
        trials = tuned.trials.assign(patches=patches, chosen=tuned.step, edge=tuned.edge or "none")
        tuning.append(trials if tells else trials[:0])
        for d in tqdm(share.dimensions, desc=f"{patches} patches"):
            for ratio in settings.ratios:
                rows += [
                    {"patches": patches, "dimension": d, "ratio": float(ratio), "problem": problem}
                    | _recover(settings, (patches, d, ratio, problem), tuned.step, seed)
                    for problem in share.problems
                ]
    return {"recovery": pd.DataFrame(rows), "tuning": pd.concat(tuning)}


def _recover(settings, key, step, seed):
    patches, d, ratio, problem = key
    rng = generator(seed, "conv_relaxation", *key)
    X, y, planted = planted_filter_problem(rng, n=max(1, round(ratio * d)), d=d, patches=patches)
    directions = rng.standard_normal((settings.draws, d))
    recovered = np.array([is_recovered_for(X, planted, direction) for direction in directions])
    ends = descend_filter(X, y, _starts(rng, settings.starts, d), step=step, iterations=settings.iterations)
    found = np.linalg.norm(ends - planted, axis=1) < settings.distance
    contradictions, gaps = 0, []
    for direction, expected in zip(directions[: settings.programs if problem == 0 else 0], recovered, strict=False):
        answer = relax_filter(X, y, direction)
        # An unbounded program has no minimiser, and the cone is then not full.
        same = bool(np.linalg.norm(answer.w - planted) < 1e-6)
        contradictions += same != expected
        gaps.append(answer.gap)
    return {
        "draws_recovered": int(recovered.sum()),
        "starts_recovered": int(found.sum()),
        "starts_diverged": int((~np.isfinite(ends).all(axis=1)).sum()),
        "programs": len(gaps),
        "contradictions": contradictions,
        "largest_gap": np.nanmax([*gaps, 0.0]),
    }


def _tuned_step(settings, patches, seed):
    """Step with the lowest training loss, median over problems of their own and starts."""
    problems = []
    for number in range(settings.tuning_problems):
        rng = generator(seed, "conv_relaxation", "tuning", patches, number)
        d = settings.dimensions[number % len(settings.dimensions)]
        X, y, _ = planted_filter_problem(rng, n=TUNING_RATIO * d, d=d, patches=patches)
        problems.append((X, y, _starts(rng, settings.starts, d)))

    def score(step):
        losses = []
        for X, y, starts in problems:
            ends = descend_filter(X, y, starts, step=step, iterations=settings.iterations)
            with np.errstate(over="ignore", invalid="ignore"):
                losses.append(filter_loss(X, y, ends) / len(y))
        losses = np.concatenate(losses)
        return np.median(losses) if np.isfinite(losses).all() else np.inf

    return tune_step(score, start=1.0 / patches, trials=settings.trials)


def _starts(rng, count, d):
    return rng.standard_normal((count, d)) / np.sqrt(d)


if __name__ == "__main__":
    run(compute_recovery)
