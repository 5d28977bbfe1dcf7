"""Projected stochastic gradient descent on a penalised loss, and how many epochs it takes."""

import numpy as np

from convexify.checks import as_integer, as_number, as_vector
from convexify.tuning import tune_step

#: Smaller relative distances to the minimum count as this, and a run whose objective rises beyond the other is lost.
_ARRIVED, _LOST = 1e-6, 1e3


def stochastic_descent(loss, penalty, start, *, step, epochs, batch, bound, generator):
    r"""Objective after every epoch of projected SGD on loss + penalty over the box ``|θ_k| ≤ bound``.

    Parameters
    ----------
    loss : ShallowLoss
    penalty : QuadraticPenalty
    start : array_like, shape (p,)
    step : float
        Constant step length > 0.
    epochs, batch : int
        Passes over the samples, and samples of a step.
    bound : float
        Half the side of the box.
    generator : numpy.random.Generator
        Draws the order of the samples of every epoch.

    Returns
    -------
    values : ndarray, shape (epochs + 1,)
        Objective on all samples, at the start and after every epoch.
    point : ndarray, shape (p,)
        Where the run ended.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    :math:`\theta \leftarrow \Pi_{[-B, B]^p}(\theta - \eta(\nabla L_{\mathcal B}(\theta) + \nabla P(\theta)))`, the
    penalty's gradient exact, that of the loss on a batch. The projection keeps every run finite.
    """
    step, bound = as_number("step", step, above=0.0), as_number("bound", bound, above=0.0)
    epochs, batch = as_integer("epochs", epochs, minimum=1), as_integer("batch", batch, minimum=1)
    theta = as_vector("start", start, length=loss.layout.size).copy()

    def objective():
        return loss.value_and_gradient(theta)[0] + penalty.value_and_gradient(theta)[0]

    values = [objective()]
    for _ in range(epochs):
        order = generator.permutation(len(loss.y))
        for first in range(0, len(order), batch):
            slope = loss.rows(order[first : first + batch]).value_and_gradient(theta)[1]
            theta = np.clip(theta - step * (slope + penalty.value_and_gradient(theta)[1]), -bound, bound)
        values.append(objective())
    return np.array(values), theta


def epochs_to_minimum(loss, penalty, starts, *, lowest, runs, epochs, batch, bound, share, stream):
    r"""Epochs that tuned SGD takes to come within a share of the initial distance of the lowest objective.

    Parameters
    ----------
    loss, penalty, epochs, batch, bound
        As in `stochastic_descent`.
    starts : array_like, shape (s, p)
    lowest : float
        Lowest objective known.
    runs : int
        Steps that are tried by `convexify.tuning.tune_step`; the score is the mean over starts and epochs of
        :math:`\log_{10}` of the remaining share of the initial distance.
    share : float
        Remaining share at which a run has arrived.
    stream : callable
        Without arguments to a fresh generator: every step meets the same order of samples.

    Returns
    -------
    epochs : ndarray, shape (s,)
        Infinity for runs that do not arrive.
    tuning : convexify.tuning.Tuning
    """
    unit = 1 / (1 + 2 * float(penalty.weights.max()))

    def remaining(step):
        options = {"step": step * unit, "epochs": epochs, "batch": batch, "bound": bound}
        paths = [stochastic_descent(loss, penalty, start, generator=stream(), **options)[0] for start in starts]
        return np.array([(path - lowest) / (path[0] - lowest) for path in paths])

    def score(step):
        left = remaining(step)
        # A projected run stays finite: it is lost where it ends above its start by far.
        return np.inf if (left[:, -1] > _LOST).any() else float(np.log10(np.maximum(left, _ARRIVED)).mean())

    found = tune_step(score, start=1.0, trials=runs)
    arrived = remaining(found.step) <= share
    return np.where(arrived.any(axis=1), arrived.argmax(axis=1), np.inf), found
