"""Sentences of §2.1 around the theorem: projection, convexity of ‖·‖²_r, σ_min and noise, no poor local minima.

No device: torch descends on matrices of four rows only; sending them to a device would take longer.
"""

from itertools import chain, combinations

import numpy as np
import pandas as pd
from _problems import EXPERIMENT

from convexify.linear_duality.compressed_problem import CompressedProblem
from convexify.linear_duality.saddles import balanced_critical_point, descend_from, gradient_and_curvature
from convexify.linear_duality.spectral import top_r_squared
from convexify.seeds import generator
from convexify_workflow.job import run

#: Ranks of the teacher of six outputs.
RANKS = {"full": 6, "deficient": 3}
#: Deviation of the pushes off a critical point, and their number: the wrong orientation leads back to flat points.
PUSH, PUSHES = 0.2, 16


def compute_properties(settings, seed):
    """Four tables: ``least_squares``, ``midpoints``, ``noise`` and ``critical_points``."""
    return {
        "least_squares": pd.DataFrame(_least_squares(settings, generator(seed, EXPERIMENT, "least squares"))),
        "midpoints": pd.DataFrame(_midpoints(settings, generator(seed, EXPERIMENT, "midpoints"))),
        "noise": pd.DataFrame(_noise(settings, generator(seed, EXPERIMENT, "noise"))),
        "critical_points": pd.DataFrame(_critical_points(settings, generator(seed, EXPERIMENT, "critical points"))),
    }


def _least_squares(settings, stream):
    """Least squares by LAPACK against the distance to the projection, for targets outside and inside the row space."""
    for draw in range(settings.draws):
        X = stream.normal(size=(5, 30))
        for inside, Y in ((False, stream.normal(size=(4, 30))), (True, stream.normal(size=(4, 5)) @ X)):
            W = np.linalg.lstsq(X.T, Y.T, rcond=None)[0].T
            error = 0.5 * float(((Y - W @ X) ** 2).sum())
            size = 0.5 * float((Y**2).sum())
            projected = CompressedProblem(X, Y).constant
            yield {"draw": draw, "inside": inside, "error": error / size, "projection": projected / size}


def _midpoints(settings, stream):
    """Midpoint minus the mean of the ends of ‖·‖²_r, relative to it, for random chords; convex if never above 0."""
    for draw in range(settings.chords):
        A, B = stream.normal(size=(2, 5, 7))
        # Near and far, in line and across.
        B = A + 10.0 ** stream.uniform(-3, 1) * B
        for r in range(1, 6):
            ends = 0.5 * (top_r_squared(A, r) + top_r_squared(B, r))
            yield {"draw": draw, "r": r, "violation": (top_r_squared(0.5 * (A + B), r) - ends) / ends}


def _noise(settings, stream):
    """σ_min(Ỹ) of a linear teacher with white noise, the teacher of full rank or not."""
    for draw in range(settings.draws):
        X = stream.normal(size=(8, 200))
        left, right, noise = (stream.normal(size=size) for size in ((6, 6), (6, 8), (6, 200)))
        for kind, rank in RANKS.items():
            signal = left[:, :rank] @ right[:rank] @ X
            for level in settings.noise_levels:
                spectrum = CompressedProblem(X, signal + level * noise).spectrum
                yield {"draw": draw, "signal": kind, "noise": level, "sigma_min": float(spectrum[-1])}


def _critical_points(settings, stream):
    """Every set of singular pairs but the full one, at γ = 0: gradient, curvature, and what descent finds nearby."""
    size = settings.critical_size
    U, V = (np.linalg.qr(stream.normal(size=(size, size)))[0] for _ in range(2))
    targets = (U * np.linspace(1.0, 0.4, size)) @ V.T
    kept = [*chain.from_iterable(combinations(range(size), k) for k in range(size))]
    for depth in settings.critical_depths:
        points = [balanced_critical_point(targets, some, depth) for some in kept]
        layers = [np.stack([weights[h] for weights in points]) for h in range(depth)]
        zeros = np.zeros(len(kept))
        gradient, smallest, _ = gradient_and_curvature(layers, np.eye(size), targets, zeros)
        values = _loss(layers, targets)
        many = [np.repeat(layer, PUSHES, axis=0) for layer in layers]
        pushed = [layer + PUSH * stream.normal(size=layer.shape) for layer in many]
        after = descend_from(pushed, targets, step=0.1, iterations=settings.critical_iterations)
        lowest = _loss(after, targets).reshape(len(kept), PUSHES).min(axis=1)
        for k, some in enumerate(kept):
            yield {
                "depth": depth,
                "kept": len(some),
                "gradient": gradient[k],
                "curvature": smallest[k],
                "value": values[k],
                "after": lowest[k],
            }


def _loss(layers, targets):
    product = layers[0]
    for layer in layers[1:]:
        product = layer @ product
    return 0.5 * ((targets - product) ** 2).sum(axis=(-2, -1))


if __name__ == "__main__":
    run(compute_properties)
