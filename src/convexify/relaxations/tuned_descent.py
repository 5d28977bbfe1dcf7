r"""Steps of gradient descent on a batch of trials, tuned by the training error along the iterations.

Vanilla and relaxed descent have different curvature: a common step favours one of them. Both get the same number of
trial runs of `convexify.tuning.tune_step` on the same problems, and the same score.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from convexify.checks import as_integer
from convexify.tuning import tune_step

#: Smaller relative training errors count as this: what lies below is rounding.
CONVERGED = 1e-12
#: A run whose relative training error exceeds this, or is not finite, has diverged.
DIVERGED = 1e6


@dataclass(frozen=True)
class TunedStep:
    """What `tune_descent` found.

    Attributes
    ----------
    multiple : float
        The best step tried, in multiples of the unit step of each trial.
    edge : {None, "smallest", "largest"}
        See `convexify.tuning.Tuning`.
    trials : pandas.DataFrame
        One row per step tried: ``step`` (multiple), ``score``, ``diverged_trials``, ``trials``.
    """

    multiple: float
    edge: str | None
    trials: pd.DataFrame


def tune_descent(descend, errors_of, *, unit, runs):
    r"""Multiple of a unit step that lowers the training error fastest, over a batch of trials.

    Parameters
    ----------
    descend : callable
        Steps of all trials, shape (trials,), to a `convexify.relaxations.neuron.Trajectory`.
    errors_of : callable
        Weights of all trials to their training errors relative to that of the zero function, shape (trials,).
    unit : ndarray, shape (trials,)
        Step that is multiplied, such as `convexify.relaxations.neuron.default_step`.
    runs : int
        Steps to try, at least 3: the same for every method that is compared.

    Returns
    -------
    TunedStep

    Raises
    ------
    ValueError
        If ``runs`` is out of range.

    Notes
    -----
    The score is the mean of :math:`\log_{10}` of the relative training error over trials and recorded iterations, so
    that a step which is fast counts for more than one which arrives late at the same end. A step with which any trial
    diverges has the score infinity.
    """
    runs = as_integer("runs", runs, minimum=3)
    counted = {}

    def score(multiple):
        errors = trajectory_errors(descend(multiple * unit), errors_of)
        diverged = np.isinf(errors).any(axis=0)
        counted[multiple] = int(diverged.sum())
        return np.inf if diverged.any() else float(np.log10(np.maximum(errors, CONVERGED)).mean())

    found = tune_step(score, start=1.0, trials=runs)
    table = found.trials[["step", "score"]].assign(
        diverged_trials=[counted[step] for step in found.trials["step"]], trials=len(unit)
    )
    return TunedStep(found.step, found.edge, table)


def trajectory_errors(trajectory, errors_of):
    """Errors of every record and trial, shape (records, trials): infinity from where a trial has diverged.

    Parameters
    ----------
    trajectory : convexify.relaxations.neuron.Trajectory
    errors_of : callable
        Weights of all trials to an error of each, relative to that of the zero function for `DIVERGED` to apply.

    Returns
    -------
    ndarray, shape (records, trials)
    """
    errors = []
    for weights in trajectory.weights:
        trials = weights.reshape(len(weights), -1)
        # Squares of larger entries leave the range of float64, and the loss refuses them.
        sane = np.abs(np.nan_to_num(trials, nan=np.inf)).max(axis=1) < DIVERGED
        kept = np.where(sane.reshape(-1, *(1,) * (weights.ndim - 1)), weights, 0.0)
        values = np.where(sane, errors_of(kept), np.inf)
        errors.append(np.where(values < DIVERGED, values, np.inf))
    errors = np.array(errors)
    return np.where(np.logical_or.accumulate(np.isinf(errors), axis=0), np.inf, errors)
