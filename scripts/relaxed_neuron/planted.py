"""Several planted neurons: vanilla descent, the convex relaxed loss and the relaxed update."""

import numpy as np
import pandas as pd

from convexify.relaxations.minimisers import minimise_relaxed
from convexify.relaxations.planted_neurons import (
    RULES,
    matched_distance,
    network,
    network_descent,
    network_loss,
    network_relaxed_loss,
    planted_problem,
)
from convexify.seeds import generator


def planted_table(*, planted_neurons, planted_dimension, planted_ratio, planted_trials, iterations, test_samples, seed):
    """One row per number of neurons, rule, trial and recorded iteration."""
    frames = []
    for k in planted_neurons:
        stream = generator(seed, "relaxed_neuron", "planted", k)
        n = planted_ratio * k * planted_dimension
        X, y, planted = planted_problem(stream, trials=planted_trials, d=planted_dimension, n=n, neurons=k)
        X_test = stream.standard_normal((planted_trials, planted_dimension, test_samples))
        start = stream.standard_normal(planted.shape) / np.sqrt(planted_dimension)
        one_neuron = np.array([minimise_relaxed(a, b).value for a, b in zip(X, y, strict=True)])
        frames += [
            rows(X, y, planted, X_test, start, rule, iterations, one_neuron).assign(neurons=k, rule=rule)
            for rule in RULES
        ]
    return pd.concat(frames)


def rows(X, y, planted, X_test, start, rule, iterations, one_neuron):
    """Relative training and test error, distance to the planted neurons, relaxed loss above the one-neuron minimum."""
    record = sorted({0, *np.round(np.geomspace(1, iterations, 60)).astype(int).tolist()})
    run = network_descent(X, y, start, rule=rule, iterations=iterations, record=record)
    y_test = network(X_test, planted)
    sizes, test_sizes = (y**2).sum(axis=-1), (y_test**2).sum(axis=-1)
    neurons = planted.shape[-2]
    return pd.concat(
        pd.DataFrame(
            {
                "iteration": iteration,
                "trial": range(len(X)),
                "relative_training_error": network_loss(X, y, W) / sizes,
                "relative_test_error": network_loss(X_test, y_test, W) / test_sizes,
                "recovery_error": matched_distance(W, planted) / np.sqrt(neurons),
                "relaxed_loss_above_one_neuron": (network_relaxed_loss(X, y, W) - one_neuron) / sizes,
            }
        )
        for iteration, W in zip(run.iterations, run.weights, strict=True)
    )


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, planted_table)  # noqa: F821
