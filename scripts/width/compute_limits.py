"""Limits of infinitely wide networks against depth: conditioning, and iterations to the target."""

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
    """One row per activation, variant and depth."""
    X, y = sphere(settings.samples, settings.dimension, seed)
    rows = []
    for activation in settings.activations:
        for variant in VARIANTS:
            for depth in settings.depths:
                options = {"activation": activation, **limit_options(variant)}
                last = gram(X, depth, **options)[-1]
                smallest = smallest_eigenvalue(last)
                kernel = sum(tangent_gram(X, depth, **options))
                eigenvalues = np.linalg.eigvalsh(kernel)
                rows.append(
                    {
                        "activation": activation,
                        "variant": variant,
                        "depth": depth,
                        "smallest_eigenvalue": smallest if smallest > ROUNDING * np.linalg.norm(last) else np.nan,
                        "tangent_smallest": eigenvalues[0],
                        "tangent_largest": eigenvalues[-1],
                        "iterations": linear_dynamics_iterations(
                            kernel, y, step_fraction=settings.step_fraction, target=settings.target
                        ),
                    }
                )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_limits)
