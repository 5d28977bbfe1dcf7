"""The problems of the experiment: a curve in one dimension, and pairs of classes in two principal components."""

import numpy as np

from convexify.curvature import ShallowLoss
from convexify.datasets.transforms import binary_pair, principal_components, standardize, subsample
from convexify.seeds import generator, integer_seed

NETWORKS = (
    {"activation": "tanh", "output_bias": True, "skip": False},
    {"activation": "tanh", "output_bias": False, "skip": False},
    {"activation": "tanh", "output_bias": True, "skip": True},
    {"activation": "softplus", "output_bias": True, "skip": False},
    {"activation": "softplus", "output_bias": False, "skip": False},
    {"activation": "relu", "output_bias": True, "skip": False},
)


def load_problem(problem, data, pairs, samples, seed):
    """Training, validation and test samples: dict of (X, y), X with rows as samples.

    The curve is y = sin 2x + ½ with noise of standard deviation 0.1: its mean is not zero, so that the constant
    predictor is not the zero function. Labels of a pair are ±1, its features the two leading principal components.
    """
    if problem == "sine":
        rng = generator(seed, "strong_penalty", problem)
        parts = {}
        for name, size in (("train", samples), ("validation", samples), ("test", 10 * samples)):
            x = np.sort(rng.uniform(-2, 2, size))
            noise = 0.1 * rng.standard_normal(size) if name != "test" else 0.0
            parts[name] = (x[:, None], np.sin(2 * x) + 0.5 + noise)
        return parts
    pair = subsample(binary_pair(data, pairs[problem]), 2 * samples, integer_seed(seed, "strong_penalty", problem))
    X, X_test = principal_components(pair["X"].astype(float), 2, pair["X_test"].astype(float))
    X, X_test = standardize(X, X_test)
    order = generator(seed, "strong_penalty", problem, "validation").permutation(2 * samples)
    train, validation = np.sort(order[:samples]), np.sort(order[samples:])
    return {
        "train": (X[train], pair["y"][train]),
        "validation": (X[validation], pair["y"][validation]),
        "test": (X_test, pair["y_test"]),
    }


def networks_of(problem):
    """Networks tried on a problem: all of them on the curve, the two smooth ones with output bias on the pairs."""
    return [net for net in NETWORKS if problem == "sine" or (net["output_bias"] and not net["skip"])]


def loss_of(problem, parts, net, width):
    """Training loss of a network on a problem."""
    return ShallowLoss(*parts["train"], width, **net)
