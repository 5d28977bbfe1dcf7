"""The problems of the experiment: a curve in one dimension, and pairs of classes in two principal components."""

import numpy as np

from convexify.curvature.shallow_loss import ShallowLoss
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


def curve(samples, seed, draw=0):
    """Training, validation and test samples of the curve y = sin 2x + ½ with noise of standard deviation 0.1.

    Its mean is not zero, so that the constant predictor is not the zero function. A dict of (X, y), samples in rows.
    """
    rng = generator(seed, "strong_penalty", "sine", *_later(draw))
    parts = {}
    for name, size in (("train", samples), ("validation", samples), ("test", 10 * samples)):
        x = np.sort(rng.uniform(-2, 2, size))
        noise = 0.1 * rng.standard_normal(size) if name != "test" else 0.0
        parts[name] = (x[:, None], np.sin(2 * x) + 0.5 + noise)
    return parts


def pair_of_classes(problem, arrays, *, pair, samples, seed, draw=0):
    """The same three parts of a pair of classes: labels ±1, the two leading principal components as features."""
    names = (problem, *_later(draw))
    drawn = subsample(binary_pair(arrays, pair), 2 * samples, integer_seed(seed, "strong_penalty", *names))
    X, X_test = principal_components(drawn["X"].astype(float), 2, drawn["X_test"].astype(float))
    X, X_test = standardize(X, X_test)
    order = generator(seed, "strong_penalty", *names, "validation").permutation(2 * samples)
    train, validation = np.sort(order[:samples]), np.sort(order[samples:])
    return {
        "train": (X[train], drawn["y"][train]),
        "validation": (X[validation], drawn["y"][validation]),
        "test": (X_test, drawn["y_test"]),
    }


def load_problem(problem, data, *, pair, samples, seed, draw=0):
    """The parts of a problem; ``data`` is a list with its prepared data set, empty for the curve."""
    if problem == "sine":
        return curve(samples, seed, draw)
    return pair_of_classes(problem, *data, pair=pair, samples=samples, seed=seed, draw=draw)


def _later(draw):
    """Names that tell the draws of samples apart, after the first one."""
    return (draw,) if draw else ()


def networks_of(problem):
    """Networks tried on a problem: all of them on the curve, the two smooth ones with output bias on the pairs."""
    return [net for net in NETWORKS if problem == "sine" or (net["output_bias"] and not net["skip"])]


def loss_of(parts, net, width):
    """Training loss of a network on a problem."""
    return ShallowLoss(*parts["train"], width, **net)


def two_parameter_loss(samples, seed):
    """Training loss of a·tanh(wx) on the curve: two parameters, so that a grid sees the whole domain."""
    return ShallowLoss(*curve(samples, seed)["train"], 1, hidden_bias=False, output_bias=False)
