"""Vanilla against relaxed gradient descent on one planted neuron, over samples per dimension, noise and start."""

import numpy as np
import pandas as pd
from _methods import METHODS
from _neuron import draw, errors_of, points_for
from _tuned import stacked, steps_table, tuned_neuron
from tqdm import tqdm

from convexify.iterations import geometric_iterations
from convexify.relaxations.neuron import Trajectory, default_step, gradient_descent, loss
from convexify.relaxations.squared_loss_minimum import teacher_is_identifiable
from convexify.relaxations.tuned_descent import trajectory_errors
from convexify.seeds import generator
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_map(settings, seed):
    """Tables ``cells`` (a row per n/d, noise, initial scale, method and trial) and ``map_steps`` (of every n/d)."""
    cells, steps = [], []
    for ratio in tqdm(Share(settings).ratios, desc="n/d"):
        multiples = {}
        for method, found in _tuned_steps(ratio, settings, seed).items():
            multiples[method] = found.multiple
            steps.append(steps_table(found, ratio=float(ratio), method=method))
        for noise in settings.noises:
            # Every noise level and scale of one ratio meets the same samples, neurons and (scaled) noise and start.
            problem = draw(generator(seed, "relaxed_neuron", "map", ratio), settings, ratio, noise)
            for scale in settings.scales:
                cell = _cell(problem, noise == 0, scale, multiples, settings)
                cells.append(cell.assign(ratio=float(ratio), noise=noise, scale=float(scale)))
    return {"cells": pd.concat(cells), "map_steps": pd.concat(steps)}


def _tuned_steps(ratio, settings, seed):
    """The step of each method for one n/d, tuned over all noise levels together on problems of their own."""
    streams = [generator(seed, "relaxed_neuron", "map", "tuning", ratio, noise) for noise in settings.noises]
    problems = [
        draw(stream, settings, ratio, noise, trials=settings.tuning_problems)
        for stream, noise in zip(streams, settings.noises, strict=True)
    ]
    X, y, _, start, _ = stacked(problems)
    return {method: tuned_neuron(X, y, start, relaxed, settings) for method, relaxed in METHODS.items()}


def _cell(problem, noise_free, scale, multiples, settings):
    X, y, planted, start, X_test = problem
    # Iterations are known to 2 %, which the comparison of medians does not feel.
    every = geometric_iterations(settings.iterations, points_for(settings.iterations, 1.02))
    record = every if noise_free else [settings.iterations]
    identifiable = None
    if noise_free and scale == 1:
        identifiable = [teacher_is_identifiable(a, b) for a, b in zip(X, y, strict=True)]
    frames = []
    for method, relaxed in METHODS.items():
        descent = gradient_descent(
            X,
            y,
            scale * start,
            relaxed=relaxed,
            step=multiples[method] * default_step(X),
            iterations=settings.iterations,
            record=record,
        )
        end = Trajectory(descent.iterations[-1:], descent.weights[-1:])
        errors = {name: error[0] for name, error in errors_of(end, X, y, planted, X_test).items()}
        frame = {
            "trial": range(len(X)),
            **errors,
            "success": errors["recovery_error"] < settings.success_distance,
            "iterations_to_target": _iterations_to_target(descent, X, y, settings.target) if noise_free else np.nan,
            "identifiable": identifiable,
            "method": method,
        }
        frames.append(pd.DataFrame(frame))
    return pd.concat(frames).astype({"identifiable": "boolean"})


def _iterations_to_target(descent, X, y, target):
    """First recorded iteration at which the squared error is at most ``target`` times that of the zero function."""
    sizes = (y**2).sum(axis=-1)
    below = trajectory_errors(descent, lambda w: loss(X, y, w) / sizes) <= target
    return np.where(below.any(axis=0), descent.iterations[below.argmax(axis=0)], np.nan)


if __name__ == "__main__":
    run(compute_map)
