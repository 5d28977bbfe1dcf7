"""A student of several neurons, trained on a teacher's labels by vanilla descent and by both relaxed rules."""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.iterations import geometric_iterations
from convexify.relaxations.relaxed_minimum import minimise_relaxed
from convexify.relaxations.teacher_student import (
    RULES,
    matched_distance,
    network,
    network_descent,
    network_loss,
    network_relaxed_loss,
    teacher_student_problem,
)
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_teacher_student(settings, seed):
    """One row per number of neurons, rule, trial and recorded iteration."""
    d, trials, frames = settings.dimension, settings.trials, []
    for k in tqdm(settings.neurons, desc="neurons"):
        stream = generator(seed, "relaxed_neuron", "planted", k)
        X, y, teacher = teacher_student_problem(stream, trials=trials, d=d, n=settings.ratio * k * d, neurons=k)
        X_test = stream.standard_normal((trials, d, settings.test_samples))
        start = stream.standard_normal(teacher.shape) / np.sqrt(d)
        one_neuron = np.array([minimise_relaxed(a, b).value for a, b in zip(X, y, strict=True)])
        for rule in RULES:
            record = geometric_iterations(settings.iterations, 60)
            descent = network_descent(X, y, start, rule=rule, iterations=settings.iterations, record=record)
            frames.append(_errors(descent, X, y, teacher, X_test, one_neuron).assign(neurons=k, rule=rule))
    return pd.concat(frames)


def _errors(descent, X, y, teacher, X_test, one_neuron):
    """Relative training and test error, distance to the teacher, relaxed loss above the one-neuron minimum."""
    y_test = network(X_test, teacher)
    sizes, test_sizes = (y**2).sum(axis=-1), (y_test**2).sum(axis=-1)
    neurons = teacher.shape[-2]
    return pd.concat(
        pd.DataFrame(
            {
                "iteration": iteration,
                "trial": range(len(X)),
                "relative_training_error": network_loss(X, y, W) / sizes,
                "relative_test_error": network_loss(X_test, y_test, W) / test_sizes,
                "recovery_error": matched_distance(W, teacher) / np.sqrt(neurons),
                "relaxed_loss_above_one_neuron": (network_relaxed_loss(X, y, W) - one_neuron) / sizes,
            }
        )
        for iteration, W in zip(descent.iterations, descent.weights, strict=True)
    )


if __name__ == "__main__":
    run(compute_teacher_student)
