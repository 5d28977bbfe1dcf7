"""A student of several neurons, trained on a teacher's labels by vanilla descent and by both relaxed rules."""

import numpy as np
import pandas as pd
from _tuned import steps_table, tuned_network, unit_step
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
from convexify.relaxations.tuned_descent import trajectory_errors
from convexify.seeds import generator
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_teacher_student(settings, seed):
    """Tables ``teacher_student`` (a row per neurons, rule, trial, iteration) and ``student_steps`` (tuned alike)."""
    d, trials, frames, steps = settings.dimension, settings.trials, [], []
    for k in tqdm(Share(settings).neurons, desc="neurons"):
        stream = generator(seed, "relaxed_neuron", "planted", k)
        X, y, teacher = teacher_student_problem(stream, trials=trials, d=d, n=settings.ratio * k * d, neurons=k)
        X_test = stream.standard_normal((trials, d, settings.test_samples))
        start = stream.standard_normal(teacher.shape) / np.sqrt(d)
        one_neuron = np.array([minimise_relaxed(a, b).value for a, b in zip(X, y, strict=True)])
        tuning = _tuning_problems(k, settings, generator(seed, "relaxed_neuron", "planted", "tuning", k))
        for rule in RULES:
            found = tuned_network(*tuning, rule, settings)
            steps.append(steps_table(found, neurons=k, rule=rule))
            record = geometric_iterations(settings.iterations, 60)
            step = found.multiple * unit_step(X, start)
            descent = network_descent(X, y, start, rule=rule, step=step, iterations=settings.iterations, record=record)
            frames.append(_errors(descent, X, y, teacher, X_test, one_neuron).assign(neurons=k, rule=rule))
    return {"teacher_student": pd.concat(frames), "student_steps": pd.concat(steps)}


def _tuning_problems(k, settings, stream):
    """Samples, labels and starts of problems on which the steps are tuned."""
    d, trials = settings.dimension, settings.tuning_problems
    X, y, teacher = teacher_student_problem(stream, trials=trials, d=d, n=settings.ratio * k * d, neurons=k)
    return X, y, stream.standard_normal(teacher.shape) / np.sqrt(d)


def _errors(descent, X, y, teacher, X_test, one_neuron):
    """Relative training and test error, distance to the teacher, relaxed loss above the one-neuron minimum."""
    y_test = network(X_test, teacher)
    sizes, test_sizes = (y**2).sum(axis=-1), (y_test**2).sum(axis=-1)
    neurons = teacher.shape[-2]
    errors = {
        "relative_training_error": lambda W: network_loss(X, y, W) / sizes,
        "relative_test_error": lambda W: network_loss(X_test, y_test, W) / test_sizes,
        "recovery_error": lambda W: matched_distance(W, teacher) / np.sqrt(neurons),
        "relaxed_loss_above_one_neuron": lambda W: (network_relaxed_loss(X, y, W) - one_neuron) / sizes,
    }
    index = pd.MultiIndex.from_product([descent.iterations, range(len(X))], names=["iteration", "trial"])
    columns = {name: trajectory_errors(descent, error).ravel() for name, error in errors.items()}
    return pd.DataFrame(columns, index).reset_index()


if __name__ == "__main__":
    run(compute_teacher_student)
