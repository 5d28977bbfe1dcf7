"""The theorem put to a computation: the squared loss at the relaxed minimiser beside the lowest one known."""

import numpy as np
import pandas as pd
from _counterexamples import COUNTEREXAMPLES
from tqdm import tqdm

from convexify.datasets.transforms import add_bias, standardize
from convexify.relaxations.neuron import loss
from convexify.relaxations.relaxed_minimum import minimise_relaxed
from convexify.relaxations.squared_loss_minimum import minimise_scalar_weight, minimise_vanilla
from convexify.relaxations.teacher_student import teacher_student_problem
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_theorem(data, settings, seed):
    """One row per problem: counterexamples, Gaussian samples and real data, each with several kinds of labels."""
    instances = [*_counterexample_instances(), *_gaussian_instances(settings, seed)]
    for name, content in zip(settings.datasets, data, strict=True):
        instances += _real_instances(name, content, settings.noise, seed)
    return pd.DataFrame([_row(instance, settings.starts, seed) for instance in tqdm(instances, desc="problems")])


# An instance: source, kind of labels, repetition, samples (d, n), labels (n,), planted weights or None.


def _counterexample_instances():
    for name, (x, y) in COUNTEREXAMPLES.items():
        yield "counterexample", name, 0, np.array([x]), np.array(y), None


def _gaussian_instances(settings, seed):
    """Small Gaussian problems: labels of a neuron without and with noise, and labels of no neuron."""
    d, n = settings.shape
    for repetition in range(settings.instances):
        stream = generator(seed, "relaxed_neuron", "theorem", repetition)
        X, y, planted = (part[0] for part in teacher_student_problem(stream, trials=1, d=d, n=n))
        noisy = y + settings.noise * stream.standard_normal(n)
        for labels, values in (
            ("planted", y),
            ("planted, noise", noisy),
            ("non-negative, no neuron", stream.random(n)),
            ("any sign, no neuron", stream.standard_normal(n)),
        ):
            yield "gaussian", labels, repetition, X, values, planted[0]


def _real_instances(name, content, noise, seed):
    """A real data set (columns scaled, a bias added) with labels of a planted neuron and with its own, in [0, 1]."""
    X = add_bias(standardize(content["X"]))
    X = X[:, np.ptp(X, axis=0) + X.max(axis=0) > 0].T
    stream = generator(seed, "relaxed_neuron", "real", name)
    planted = stream.standard_normal(len(X))
    planted /= np.linalg.norm(planted)
    y = np.maximum(X.T @ planted, 0.0)
    own = content["y"].astype(float)
    own = (own - own.min()) / np.ptp(own)
    for labels, values in (
        ("planted", y),
        ("planted, noise", y + noise * stream.standard_normal(y.size)),
        ("own, in [0, 1]", own),
        ("own, centred", own - own.mean()),
    ):
        yield name, labels, 0, X, values, planted


def _row(instance, starts, seed):
    """What the relaxed minimiser costs in the loss, beside the lowest loss known (exact if d = 1)."""
    source, labels, repetition, X, y, planted = instance
    d, n = X.shape
    found = minimise_relaxed(X, y)
    if d == 1:
        lowest = minimise_scalar_weight(X[0], y)[1]
    else:
        stream = generator(seed, "relaxed_neuron", "starts", source, repetition)
        points = [*stream.standard_normal((starts, d)) / np.sqrt(d), np.zeros(d), planted]
        lowest = minimise_vanilla(X, y, np.array([*points, found.weights] if found.bounded else points))[1].min()
    size = y @ y
    at_relaxed = float(loss(X, y, found.weights)) if found.bounded else np.nan
    return {
        "source": source,
        "labels": labels,
        "repetition": repetition,
        "n": n,
        "d": d,
        "bounded": found.bounded,
        "relative_loss_at_relaxed_minimiser": at_relaxed / size,
        "relative_lowest_loss": lowest / size,
        "relative_excess": (at_relaxed - lowest) / size,
        "loss_at_relaxed_minimiser": at_relaxed,
        "lowest_loss": lowest,
        "gap": found.gap,
        "violation": found.violation,
    }


if __name__ == "__main__":
    run(compute_theorem)
