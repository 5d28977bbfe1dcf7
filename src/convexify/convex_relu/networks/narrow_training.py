"""Deep networks on one-dimensional data trained by descent on the objective that a Lasso problem bounds from below."""

from dataclasses import dataclass

import numpy as np
import torch

from convexify.checks import as_batch, as_integer, as_number, one_of
from convexify.many_runs import train_many

_ACTIVATE = {"relu": torch.relu, "absolute": torch.abs}


@dataclass(frozen=True)
class NarrowNetworks:
    """Parallel branches of width one, trained from several starts on several problems.

    Attributes
    ----------
    weights, biases : ndarray, shape (p, s, L - 1, m)
        Of the hidden layers.
    outputs : ndarray, shape (p, s, m)
    intercepts : ndarray, shape (p, s)
    objectives : ndarray, shape (p, s)
        Not finite where a run diverged.
    """

    weights: np.ndarray
    biases: np.ndarray
    outputs: np.ndarray
    intercepts: np.ndarray
    objectives: np.ndarray


def descend_narrow(x, y, beta, *, activation, layers, branches, starts, step, iterations, seed=0):
    r"""Train the networks of `convexify.convex_relu.one_dimensional` by Adam, all problems and starts in one run.

    .. math::
       \tfrac12\|f(x)-y\|^2+\tfrac\beta L\sum_i\Big(|\alpha_i|^L+\sum_l|w_{i,l}|^L\Big),\qquad
       f(x)=\xi+\sum_i\alpha_i\phi(w_{i,L-1}\phi(\dots\phi(w_{i,1}x+b_{i,1})\dots)+b_{i,L-1})

    Parameters
    ----------
    x, y : array_like, shape (p, n)
        Problems of one size.
    beta : float
        More than 0.
    activation : {"relu", "absolute"}
    layers, branches, starts : int
        L, m, and starts of each problem.
    step : float
        First step, which falls linearly to 0. Descent works on the objective divided by n.
    iterations : int
    seed : int
        Of the initial weights: normal, first kinks at normal positions on the scale of the samples.

    Returns
    -------
    NarrowNetworks

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape or is out of range.
    """
    x = as_batch("x", x, shape=(None,))
    y = as_batch("y", y, shape=x.shape[-1:])
    if x.ndim != 2 or y.shape != x.shape:
        raise ValueError(f"x, y: expected two arrays of shape (p, n), got {x.shape} and {y.shape}")
    function = _ACTIVATE[one_of("activation", activation, tuple(_ACTIVATE))]
    beta, step = as_number("beta", beta, above=0), as_number("step", step, above=0)
    layers, branches, starts, iterations = (
        as_integer(name, value, minimum=minimum)
        for name, value, minimum in (("layers", layers, 2), ("branches", branches, 1), ("starts", starts, 1),
                                     ("iterations", iterations, 1))
    )  # fmt: skip
    (p, n), hidden = x.shape, layers - 1
    rng = np.random.default_rng(seed)
    scale = np.abs(x).mean(axis=1)[:, None, None]
    W = rng.standard_normal((p, starts, hidden, branches))
    b = rng.standard_normal((p, starts, hidden, branches))
    W[:, :, 0] /= scale  # inner values of size 1, whatever the unit of x
    a = rng.standard_normal((p, starts, branches)) / np.sqrt(branches) * y.std(axis=1)[:, None, None]
    weights = [torch.from_numpy(part).requires_grad_() for part in (W, b, a, np.tile(y.mean(1)[:, None], (1, starts)))]
    samples, targets = torch.from_numpy(x)[:, None, None], torch.from_numpy(y)[:, None]

    def each():
        W, b, a, intercept = weights
        value = samples
        for layer in range(hidden):
            value = function(W[:, :, layer, :, None] * value + b[:, :, layer, :, None])
        f = (a[..., None] * value).sum(2) + intercept[..., None]
        power = a.abs().pow(layers).sum(-1) + W.abs().pow(layers).sum((-1, -2))
        return (0.5 * (f - targets).square().sum(-1) + beta / layers * power) / n

    train_many(weights, each, method="adam", step=step, iterations=iterations)
    with torch.no_grad():
        objectives = (n * each()).numpy()
    W, b, a, intercept = (part.detach().numpy() for part in weights)
    return NarrowNetworks(W, b, a, intercept, objectives)
