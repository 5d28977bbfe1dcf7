"""How precisely the minimisers of both losses estimate the planted weights from noisy labels."""

import numpy as np
import pandas as pd
from _methods import METHODS

from convexify.relaxations.neuron import gradient_descent, half_gradient
from convexify.relaxations.teacher_student import teacher_student_problem
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_efficiency(settings, seed):
    """One row per n/d, method and trial: n‖ŵ − w*‖²/(d·noise²) of the minimiser reached from the planted weights."""
    return pd.concat(_rows(ratio, settings, seed) for ratio in settings.ratios)


def _rows(ratio, settings, seed):
    d, noise, trials = settings.dimension, settings.noise, settings.trials
    n = round(ratio * d)
    stream = generator(seed, "relaxed_neuron", "efficiency", ratio)
    X, y, planted = teacher_student_problem(stream, trials=trials, d=d, n=n, noise=noise)
    frames = []
    for method, relaxed in METHODS.items():
        w = gradient_descent(X, y, planted[:, 0], relaxed=relaxed, iterations=settings.iterations).final
        slope = np.linalg.norm(half_gradient(X, y, w, relaxed=relaxed), axis=-1)
        frames.append(
            pd.DataFrame(
                {
                    "ratio": float(ratio),
                    "n": n,
                    "method": method,
                    "trial": range(trials),
                    "scaled_error": n * ((w - planted[:, 0]) ** 2).sum(axis=-1) / (d * noise**2),
                    "relative_half_gradient": slope / np.linalg.norm((X @ y[..., None])[..., 0], axis=-1),
                }
            )
        )
    return pd.concat(frames)


if __name__ == "__main__":
    run(compute_efficiency)
