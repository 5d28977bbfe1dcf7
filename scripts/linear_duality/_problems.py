"""The problems of a source and the bottlenecks they are solved at."""

import numpy as np

from convexify.datasets.transforms import one_hot
from convexify.linear_duality.compressed_problem import CompressedProblem
from convexify.linear_duality.instances import instance
from convexify.seeds import generator

EXPERIMENT = "linear_duality"


def problems(source, data, instances, seed):
    """Problem by name: the instances for the source "synthetic", else the one of the data set's labels.

    Targets are in units in which the projected ones have spectral norm 1: optima scale by the square, gamma linearly.
    """
    if source == "synthetic":
        drawn = {name: instance(name, generator(seed, EXPERIMENT, name, "data")) for name in instances}
    else:
        drawn = {source: (data["X"].T / float(data["X"].max()), one_hot(data["y"].astype(int)).T)}
    return {name: _normalised(CompressedProblem(X, Y)) for name, (X, Y) in drawn.items()}


def _normalised(problem):
    return problem.with_scaled_targets(1 / np.linalg.norm(problem.targets, 2))


def bottlenecks(problem):
    """Half of the full rank, and the full rank."""
    return [(problem.rank_limit + 1) // 2, problem.rank_limit]
