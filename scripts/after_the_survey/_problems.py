"""Problems that the jobs share."""

import numpy as np

from convexify.convex_relu.optimal_set.exact_instances import exact_instance

#: Objective on the five points above which a network counts as stuck, as in the experiment `global_training`.
STUCK = 0.05
#: Shape and weights of the fit: problems with exact polytopes that the figure shows.
NAMED = {
    "square": ("square", (1, 0, 0, 1)),
    "cube": ("cube", (1, 0, 0, 0, 0, 1)),
    "cube, one face higher": ("cube", (2, 0, 0, 0, 0, 1)),
    "octahedron": ("octahedron", (1, 0, 0, 0, 0, 0, 0, 1)),
}
#: Number of optimal directions of each shape.
DIRECTIONS = {"cube": 6, "octahedron": 8}


def named_instance(name):
    """The `ExactInstance` of that name."""
    shape, weights = NAMED[name]
    return exact_instance(shape, list(weights))


def drawn_instance(shape, largest, rng):
    """An `ExactInstance` whose fit has random weights, not all zero."""
    weights = np.zeros(DIRECTIONS[shape], dtype=int)
    while not weights.any():
        weights = rng.integers(0, largest + 1, len(weights))
    return exact_instance(shape, weights)
