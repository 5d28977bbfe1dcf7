"""Vanilla against relaxed gradient descent on one planted neuron: along the iterations and over a map of conditions."""

import logging

import numpy as np
import pandas as pd

from convexify.relaxations.minimisers import planted_neuron_is_identifiable
from convexify.relaxations.neuron import gradient_descent, loss, preactivations
from convexify.relaxations.planted_neurons import planted_problem
from convexify.seeds import generator

METHODS = {"vanilla": False, "relaxed": True}
logger = logging.getLogger("convexify")


def descent_tables(
    *,
    dimension,
    figure_ratio,
    figure_noises,
    figure_trials,
    map_ratios,
    map_noises,
    map_scales,
    map_trials,
    iterations,
    test_samples,
    success_distance,
    target,
    seed,
):
    """Tables ``trajectories`` (one row per noise, method, trial, iteration) and ``map`` (per cell, method, trial)."""
    names = (seed, "relaxed_neuron")
    trajectories = pd.concat(
        trajectory_rows(
            *draw(generator(*names, "figure"), figure_trials, dimension, figure_ratio, noise, test_samples),
            start_scale=1.0,
            iterations=iterations,
        ).assign(noise=noise)
        for noise in figure_noises
    )
    cells = []
    for ratio in map_ratios:
        logger.info("map: n/d = %s", ratio)
        for noise in map_noises:
            # Every noise level and scale of one ratio meets the same samples, neurons and (scaled) noise and start.
            problem = draw(generator(*names, "map", ratio), map_trials, dimension, ratio, noise, test_samples)
            for scale in map_scales:
                cells.append(
                    cell_rows(*problem, scale, iterations, success_distance, target).assign(
                        ratio=float(ratio), noise=noise, scale=float(scale)
                    )
                )
    return {"trajectories": trajectories, "map": pd.concat(cells)}


def draw(stream, trials, d, ratio, noise, test_samples):
    """Samples, labels, planted weights, a standard start N(0, I/d) and noise-free test data of every trial."""
    X, y, planted = planted_problem(stream, trials=trials, d=d, n=round(ratio * d), noise=noise)
    start = stream.standard_normal((trials, d)) / np.sqrt(d)
    X_test = stream.standard_normal((trials, d, test_samples))
    return X, y, planted[:, 0], start, X_test


def trajectory_rows(X, y, planted, start, X_test, *, start_scale, iterations):
    """One row per method, trial and recorded iteration."""
    record = recorded_iterations(iterations, 1.1)
    frames = []
    for method, relaxed in METHODS.items():
        run = gradient_descent(X, y, start_scale * start, relaxed=relaxed, iterations=iterations, record=record)
        errors = errors_of(run.weights, X, y, planted, X_test)
        index = pd.MultiIndex.from_product([run.iterations, range(len(X))], names=["iteration", "trial"])
        frames.append(
            pd.DataFrame({name: e.ravel() for name, e in errors.items()}, index).reset_index().assign(method=method)
        )
    return pd.concat(frames)


def cell_rows(X, y, planted, start, X_test, scale, iterations, success_distance, target):
    """One row per method and trial: errors at the end, success, iterations to the relative training target."""
    noise_free = bool((y >= 0).all()) and np.allclose(loss(X, y, planted), 0)
    # Iterations are known to 2 %, which the comparison of medians does not feel.
    record = recorded_iterations(iterations, 1.02) if noise_free else [iterations]
    frames = []
    for method, relaxed in METHODS.items():
        run = gradient_descent(X, y, scale * start, relaxed=relaxed, iterations=iterations, record=record)
        errors = {name: e[0] for name, e in errors_of(run.weights[-1:], X, y, planted, X_test).items()}
        reached = np.full(len(X), np.nan)
        if noise_free:
            below = np.stack([loss(X, y, w) for w in run.weights]) <= target * (y**2).sum(axis=-1)
            reached = np.where(below.any(axis=0), run.iterations[below.argmax(axis=0)], np.nan)
        frames.append(
            pd.DataFrame(
                {
                    "trial": range(len(X)),
                    **errors,
                    "success": errors["recovery_error"] < success_distance,
                    "iterations_to_target": reached,
                    "identifiable": [planted_neuron_is_identifiable(a, b) for a, b in zip(X, y, strict=True)]
                    if noise_free and scale == 1
                    else None,
                }
            ).assign(method=method)
        )
    return pd.concat(frames).astype({"identifiable": "boolean"})


def errors_of(weights, X, y, planted, X_test):
    """Mean squared training error, mean squared test error on noise-free labels, distance to the planted weights."""
    clean = np.maximum(preactivations(X_test, planted), 0.0)
    return {
        "training_error": np.stack([loss(X, y, w) for w in weights]) / X.shape[-1],
        "test_error": np.stack([loss(X_test, clean, w) for w in weights]) / X_test.shape[-1],
        "recovery_error": np.linalg.norm(weights - planted, axis=-1),
    }


def recorded_iterations(iterations, factor):
    """0 and a geometric grid up to ``iterations``."""
    grid = np.geomspace(1, iterations, 1 + int(np.ceil(np.log(iterations) / np.log(factor))))
    return [0, *np.unique(np.round(grid).astype(int)).tolist()]


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, descent_tables)  # noqa: F821
