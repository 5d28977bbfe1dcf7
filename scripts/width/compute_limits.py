"""Limits of infinitely wide networks against depth: conditioning, and iterations to the target.

No device: limits of wide networks are computed in NumPy; torch is only imported with the networks beside them.
"""

from itertools import product

import numpy as np
import pandas as pd
from _points import sphere
from _variants import VARIANTS, limit_options

from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram
from convexify.width.linear_dynamics import linear_dynamics_iterations
from convexify_workflow.job import run

#: Below this share of the norm of a matrix its smallest eigenvalue is rounding noise and counts as not measured.
ROUNDING = 1.0e-13


def compute_limits(settings, seed):
    """One row per draw of the points, activation, variant and depth; the other jobs use the first draw."""
    rows = []
    for draw in range(settings.draws):
        X, y = sphere(settings.samples, settings.dimension, seed, draw)
        for activation, variant, depth in product(settings.activations, VARIANTS, settings.depths):
            key = {"draw": draw, "activation": activation, "variant": variant, "depth": depth}
            rows.append(key | _limit(X, y, key, settings))
    return pd.DataFrame(rows)


def _limit(X, y, key, settings):
    """Smallest eigenvalues of one limit, and the iterations that it needs to the target."""
    options = {"activation": key["activation"], **limit_options(key["variant"])}
    last = gram(X, key["depth"], **options)[-1]
    smallest = smallest_eigenvalue(last)
    kernel = sum(tangent_gram(X, key["depth"], **options))
    eigenvalues = np.linalg.eigvalsh(kernel)
    return {
        "smallest_eigenvalue": smallest if smallest > ROUNDING * np.linalg.norm(last) else np.nan,
        "smallest_over_norm": smallest / np.linalg.norm(last, 2),
        "tangent_smallest": eigenvalues[0],
        "tangent_largest": eigenvalues[-1],
        "iterations": linear_dynamics_iterations(
            kernel, y, step_fraction=settings.step_fraction, target=settings.target
        ),
    }


if __name__ == "__main__":
    run(compute_limits)
