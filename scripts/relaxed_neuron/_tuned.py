"""Steps of every descent of the experiment, tuned alike, and the tables that show what was tuned away."""

import numpy as np

from convexify.iterations import geometric_iterations
from convexify.relaxations.neuron import default_step, gradient_descent, loss
from convexify.relaxations.teacher_student import network_descent, network_loss
from convexify.relaxations.tuned_descent import tune_descent

#: Records of a tuning run.
RECORDS = 30


def tuned_neuron(X, y, start, relaxed, settings):
    """Tuned step of one neuron's descent on the problems (X, y) from ``start``."""
    sizes = (y**2).sum(axis=-1)
    iterations, record = _budget(settings)
    return tune_descent(
        lambda step: gradient_descent(X, y, start, relaxed=relaxed, step=step, iterations=iterations, record=record),
        lambda weights: loss(X, y, weights) / sizes,
        unit=default_step(X),
        runs=settings.tuning_runs,
    )


def tuned_network(X, y, start, rule, settings):
    """Tuned step of a network's descent by a rule on the problems (X, y) from ``start``."""
    sizes = (y**2).sum(axis=-1)
    iterations, record = _budget(settings)
    return tune_descent(
        lambda step: network_descent(X, y, start, rule=rule, step=step, iterations=iterations, record=record),
        lambda weights: network_loss(X, y, weights) / sizes,
        unit=unit_step(X, start),
        runs=settings.tuning_runs,
    )


def unit_step(X, start):
    """1/(k‖X‖₂²) of each trial for k neurons."""
    return default_step(X) / start.shape[-2]


def steps_table(found, **columns):
    """One row per step tried: its score, how many trials diverged, whether it was chosen and lies on the edge."""
    return found.trials.assign(chosen=found.trials["step"] == found.multiple, edge=found.edge or "", **columns)


def stacked(problems):
    """Batches of trials joined into one batch, part by part."""
    return [np.concatenate(parts) for parts in zip(*problems, strict=True)]


def _budget(settings):
    return settings.tuning_iterations, geometric_iterations(settings.tuning_iterations, RECORDS)
