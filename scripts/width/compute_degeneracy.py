"""Two near-parallel points: the smallest eigenvalue of the limit against their angle.

No device: limits of wide networks are computed in NumPy; torch is only imported with the networks beside them.
"""

from itertools import product

import numpy as np
import pandas as pd
from _variants import ARCHITECTURES

from convexify.datasets.transforms import unit_rows
from convexify.seeds import generator
from convexify.width.limits import gram, smallest_eigenvalue
from convexify_workflow.job import run


def compute_degeneracy(settings, seed):
    """One row per draw of the points, angle between the first two of them, activation and architecture."""
    stream = generator(seed, "width", "degeneracy")
    rows = []
    for draw in range(settings.draws):
        X = unit_rows(stream.standard_normal((settings.samples, settings.dimension)))
        away = X[1] - (X[1] @ X[0]) * X[0]
        away /= np.linalg.norm(away)
        for angle in settings.angles:
            X[1] = np.cos(angle) * X[0] + np.sin(angle) * away
            for activation, architecture in product(settings.activations, ARCHITECTURES):
                K = gram(X, settings.depth, architecture=architecture, activation=activation)[-1]
                rows.append((draw, architecture, activation, angle, smallest_eigenvalue(K)))
    columns = ["draw", "architecture", "activation", "angle_radians", "smallest_eigenvalue"]
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    run(compute_degeneracy)
