"""Two near-parallel points: the smallest eigenvalue of the limit against their angle."""

import numpy as np
import pandas as pd
from _variants import ARCHITECTURES

from convexify.datasets.transforms import unit_rows
from convexify.seeds import generator
from convexify.width.limits import gram, smallest_eigenvalue
from convexify_workflow.job import run


def compute_degeneracy(samples, dimension, depth, activations, angles, seed):
    """One row per angle between the first two points, activation and architecture."""
    X = unit_rows(generator(seed, "width", "degeneracy").standard_normal((samples, dimension)))
    away = X[1] - (X[1] @ X[0]) * X[0]
    away /= np.linalg.norm(away)
    rows = []
    for angle in angles:
        X[1] = np.cos(angle) * X[0] + np.sin(angle) * away
        for activation in activations:
            for architecture in ARCHITECTURES:
                K = gram(X, depth, architecture=architecture, activation=activation)[-1]
                rows.append((architecture, activation, angle, smallest_eigenvalue(K)))
    return pd.DataFrame(rows, columns=["architecture", "activation", "angle_radians", "smallest_eigenvalue"])


if __name__ == "__main__":
    run(compute_degeneracy)
