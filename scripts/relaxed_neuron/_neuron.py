"""One planted neuron: what its trajectories and its map share."""

import numpy as np

from convexify.relaxations.neuron import loss, preactivations
from convexify.relaxations.teacher_student import teacher_student_problem


def draw(stream, settings, ratio, noise):
    """Samples, labels, planted weights, a standard start N(0, I/d) and samples for the test error of every trial."""
    d, trials = settings.dimension, settings.trials
    X, y, planted = teacher_student_problem(stream, trials=trials, d=d, n=round(ratio * d), noise=noise)
    start = stream.standard_normal((trials, d)) / np.sqrt(d)
    X_test = stream.standard_normal((trials, d, settings.test_samples))
    return X, y, planted[:, 0], start, X_test


def errors_of(weights, X, y, planted, X_test):
    """Mean squared training error, mean squared test error on noise-free labels, distance to the planted weights."""
    clean = np.maximum(preactivations(X_test, planted), 0.0)
    return {
        "training_error": np.stack([loss(X, y, w) for w in weights]) / X.shape[-1],
        "test_error": np.stack([loss(X_test, clean, w) for w in weights]) / X_test.shape[-1],
        "recovery_error": np.linalg.norm(weights - planted, axis=-1),
    }


def points_for(iterations, factor):
    """Length of a geometric grid up to ``iterations`` whose neighbours are at most ``factor`` apart."""
    return 1 + int(np.ceil(np.log(iterations) / np.log(factor)))
