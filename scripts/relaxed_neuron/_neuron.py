"""One planted neuron: what its trajectories and its map share."""

import numpy as np

from convexify.relaxations.neuron import loss, preactivations
from convexify.relaxations.teacher_student import teacher_student_problem
from convexify.relaxations.tuned_descent import trajectory_errors


def draw(stream, settings, ratio, noise, trials=None):
    """Samples, labels, planted weights, a standard start N(0, I/d) and samples for the test error of every trial."""
    d, trials = settings.dimension, trials or settings.trials
    X, y, planted = teacher_student_problem(stream, trials=trials, d=d, n=round(ratio * d), noise=noise)
    start = stream.standard_normal((trials, d)) / np.sqrt(d)
    X_test = stream.standard_normal((trials, d, settings.test_samples))
    return X, y, planted[:, 0], start, X_test


def errors_of(descent, X, y, planted, X_test):
    """Mean squared training error, mean squared test error on noise-free labels, distance to the planted weights.

    Each of shape (records, trials), infinite where a trial has diverged.
    """
    clean = np.maximum(preactivations(X_test, planted), 0.0)
    return {
        "training_error": trajectory_errors(descent, lambda w: loss(X, y, w) / X.shape[-1]),
        "test_error": trajectory_errors(descent, lambda w: loss(X_test, clean, w) / X_test.shape[-1]),
        "recovery_error": trajectory_errors(descent, lambda w: np.linalg.norm(w - planted, axis=-1)),
    }


def points_for(iterations, factor):
    """Length of a geometric grid up to ``iterations`` whose neighbours are at most ``factor`` apart."""
    return 1 + int(np.ceil(np.log(iterations) / np.log(factor)))
