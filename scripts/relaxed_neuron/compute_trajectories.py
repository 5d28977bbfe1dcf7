"""Vanilla against relaxed gradient descent on one planted neuron, along the iterations (Figure 3 of the survey)."""

import pandas as pd
from _methods import METHODS
from _neuron import draw, errors_of, points_for

from convexify.iterations import geometric_iterations
from convexify.relaxations.neuron import gradient_descent
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_trajectories(settings, seed):
    """One row per noise, method, trial and recorded iteration: training, test and recovery error."""
    frames = []
    for noise in settings.noises:
        # Every noise level meets the same samples, neurons and starts.
        problem = draw(generator(seed, "relaxed_neuron", "figure"), settings, settings.ratio, noise)
        frames.append(_trajectories(problem, settings).assign(noise=noise))
    return pd.concat(frames)


def _trajectories(problem, settings):
    X, y, planted, start, X_test = problem
    record = geometric_iterations(settings.iterations, points_for(settings.iterations, 1.1))
    frames = []
    for method, relaxed in METHODS.items():
        descent = gradient_descent(X, y, start, relaxed=relaxed, iterations=settings.iterations, record=record)
        errors = errors_of(descent.weights, X, y, planted, X_test)
        index = pd.MultiIndex.from_product([descent.iterations, range(len(X))], names=["iteration", "trial"])
        frame = pd.DataFrame({name: error.ravel() for name, error in errors.items()}, index)
        frames.append(frame.reset_index().assign(method=method))
    return pd.concat(frames)


if __name__ == "__main__":
    run(compute_trajectories)
