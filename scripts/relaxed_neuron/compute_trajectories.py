"""Vanilla and relaxed gradient descent on one planted neuron, along the iterations (Figure 3 of the survey)."""

import pandas as pd
from _methods import METHODS
from _neuron import draw, errors_of, points_for
from _tuned import steps_table, tuned_neuron

from convexify.iterations import geometric_iterations
from convexify.relaxations.neuron import default_step, gradient_descent
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_trajectories(settings, seed):
    """Tables ``trajectories`` (training, test and recovery error by noise, method, trial, iteration) and ``steps``."""
    frames, steps = [], []
    for noise in settings.noises:
        # Every noise level meets the same samples, neurons and starts.
        problem = draw(generator(seed, "relaxed_neuron", "figure"), settings, settings.ratio, noise)
        stream = generator(seed, "relaxed_neuron", "figure", "tuning")
        tuning = draw(stream, settings, settings.ratio, noise, trials=settings.tuning_problems)
        for method, relaxed in METHODS.items():
            X, y, _, start, _ = tuning
            found = tuned_neuron(X, y, start, relaxed, settings)
            columns = {"noise": noise, "method": method}
            steps.append(steps_table(found, **columns))
            frames.append(_trajectories(problem, relaxed, found.multiple, settings).assign(**columns))
    return {"trajectories": pd.concat(frames), "steps": pd.concat(steps)}


def _trajectories(problem, relaxed, multiple, settings):
    X, y, planted, start, X_test = problem
    record = geometric_iterations(settings.iterations, points_for(settings.iterations, 1.1))
    step = multiple * default_step(X)
    descent = gradient_descent(X, y, start, relaxed=relaxed, step=step, iterations=settings.iterations, record=record)
    errors = errors_of(descent, X, y, planted, X_test)
    index = pd.MultiIndex.from_product([descent.iterations, range(len(X))], names=["iteration", "trial"])
    return pd.DataFrame({name: error.ravel() for name, error in errors.items()}, index).reset_index()


if __name__ == "__main__":
    run(compute_trajectories)
