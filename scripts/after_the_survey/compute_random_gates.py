"""Programs on random gates beside the certified optimum over all patterns, and recovery of planted linear models.

No device: programs of two to four variables a gate; sending them to a device would take longer.
"""

import math
import warnings

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.convex_relu.global_training.train import train_globally
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.planted_recovery import decide_recovery
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import generator, integer_seed
from convexify.warnings import ConvergenceWarning
from convexify_workflow.job import run


def compute_random_gates(data, settings, seed):
    """``gates``: one row per data, size, draw and number of gates; ``recovery``: one per size, trial and program."""
    gates = [
        row
        for samples in settings.gate_samples
        for draw in tqdm(range(settings.gate_draws), desc=f"random gates, n = {samples}")
        for kind, X, y in _problems(data, samples, draw, settings, seed)
        for row in _gates(kind, X, y, draw, settings, seed)
    ]
    return {"gates": pd.DataFrame(gates), "recovery": pd.DataFrame(_recovery(settings, seed))}


def _problems(data, samples, draw, settings, seed):
    """Normal inputs in the plane with a planted network's labels; two principal components of images, odd or even."""
    rng = generator(seed, "after_the_survey", "random gates", samples, draw)
    X = rng.standard_normal((samples, 2))
    y = np.maximum(X @ rng.standard_normal((2, settings.teacher)), 0.0) @ rng.standard_normal(settings.teacher)
    yield "normal", X, y / np.sqrt(np.mean(y**2))
    chosen = rng.permutation(len(data["X"]))[: min(samples, len(data["X"]))]
    images = data["X"][chosen].reshape(len(chosen), -1).astype(float)
    images -= images.mean(axis=0)
    left, sizes, _ = np.linalg.svd(images, full_matrices=False)
    X = left[:, :2] * sizes[:2]
    yield "images", X / np.sqrt(np.mean(X**2)), np.where(data["y"][chosen] % 2 == 1, 1.0, -1.0)


def _gates(kind, X, y, draw, settings, seed):
    """Optimum over all networks, and the program on ⌈c log n⌉ sampled patterns with and without its cones."""
    n, beta = len(X), settings.gate_lam * len(X)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # gaps stand in the table
        best = train_globally(X, y, beta, tol=1e-5, max_time=math.inf, pricing="exact", seed=seed)
        for multiple in settings.gate_multiples:
            count = math.ceil(multiple * math.log(n))
            stream = integer_seed(seed, "after_the_survey", "gates", kind, n, draw)
            patterns = sample_patterns(X, count, stream)
            cones = solve(X, y, patterns, beta, tol=settings.gate_tol)
            gated = solve(X, y, patterns, beta, gated=True, tol=settings.gate_tol)
            yield {
                "data": kind, "samples": n, "draw": draw, "multiple": multiple, "gates": count,
                "zero": 0.5 * float(y @ y), "optimum": best.objective, "lower_bound": best.lower_bound,
                "cones": cones.primal, "cones_gap": cones.gap, "gated": gated.primal, "gated_dual": gated.dual,
            }  # fmt: skip


def _recovery(settings, seed):
    """Decisions on the gated program and on the network for planted linear models, all patterns enumerated."""
    d, rows = settings.dimension, []
    for ratio in settings.ratios:
        n = round(ratio * d)
        for trial in range(settings.recovery_trials):
            rng = generator(seed, "after_the_survey", "recovery", n, d, trial)
            X, w = rng.standard_normal((n, d)), rng.standard_normal(d)
            patterns = enumerate_patterns(X)
            for program in ("gated", "network"):
                found = decide_recovery(X, w, patterns, gated=program == "gated")
                rows.append({
                    "dimension": d, "samples": n, "trial": trial, "program": program,
                    "recovered": {True: "yes", False: "no", None: "undecided"}[found.recovered],
                    "isometry": found.isometry, "constant": found.constant, "patterns": patterns.shape[1],
                    "half_space": bool(patterns.all(axis=0).any()),
                })  # fmt: skip
    return rows


if __name__ == "__main__":
    run(compute_random_gates)
