"""What optimal networks say away from the samples: the range of their test error, and where optimisers end in it."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import nnls

from convexify.checks import as_integer, as_matrix, as_number, as_vector

#: Weight of the condition that convex weights sum to 1, beside the test targets.
_SUM = 1e4


@dataclass(frozen=True)
class ErrorRange:
    """Root mean squared test errors over all optimal networks.

    Attributes
    ----------
    smallest, largest : float
    best, worst : ndarray, shape (K,)
        Strengths of networks that have them.
    """

    smallest: float
    largest: float
    best: np.ndarray
    worst: np.ndarray


def error_range(found, X, y):
    r"""Smallest and largest root mean squared error of the optimal networks of a problem on other samples.

    Parameters
    ----------
    found : OptimalSet
    X : array_like, shape (n_test, d)
    y : array_like, shape (n_test,)

    Returns
    -------
    ErrorRange

    Notes
    -----
    Outputs are linear in the strengths, :math:`A\lambda`, so the squared error is convex: its maximum over the polytope
    lies on a vertex, and its minimum is non-negative least squares in the weights of the vertices.
    """
    X = as_matrix("X", X, columns=len(found.directions))
    y = as_vector("y", y, length=len(X))
    outputs = found.outputs(X) @ found.vertices.T
    errors = np.sqrt(((outputs - y[:, None]) ** 2).mean(axis=0))
    penalty = np.full((1, len(found.vertices)), _SUM * np.sqrt(len(X)))
    weights, _ = nnls(np.vstack([outputs, penalty]), np.append(y, penalty[0, 0]))
    best = found.vertices.T @ (weights / weights.sum())
    smallest = float(np.sqrt(((found.outputs(X) @ best - y) ** 2).mean()))
    return ErrorRange(smallest, float(errors.max()), best, found.vertices[errors.argmax()])


def train_adamw(X, y, beta, width, *, starts, step, iterations, seed):
    r"""Two-layer ReLU networks trained by AdamW, whose decay acts on the weights and not through the gradient [1]_.

    Parameters
    ----------
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    beta : float
        The decay is ``beta / n``, as in the objective that the other optimisers have, divided by n.
    width, starts : int
        Neurons, and independent networks.
    step : float
        First step length; it falls linearly to 0.
    iterations : int
    seed : int

    Returns
    -------
    hidden : ndarray, shape (starts, d, width)
    output : ndarray, shape (starts, width)

    References
    ----------
    .. [1] Loshchilov, Hutter (2019), Decoupled weight decay regularization, ICLR.
    """
    X = as_matrix("X", X)
    y, beta = as_vector("y", y, length=len(X)), as_number("beta", beta, above=0.0)
    iterations, rng = as_integer("iterations", iterations, minimum=1), np.random.default_rng(seed)
    samples, targets = torch.from_numpy(X), torch.from_numpy(y)
    hidden = torch.from_numpy(rng.standard_normal((starts, X.shape[1], width)) / np.sqrt(X.shape[1]))
    output = torch.from_numpy(rng.standard_normal((starts, width)) / np.sqrt(width))
    weights = [hidden.requires_grad_(), output.requires_grad_()]
    optimizer = torch.optim.AdamW(weights, lr=step, weight_decay=beta / len(X))
    for k in range(iterations):
        for group in optimizer.param_groups:
            group["lr"] = step * (1 - k / iterations)
        optimizer.zero_grad()
        outputs = torch.einsum("knm,km->kn", torch.relu(samples @ hidden), output)
        (0.5 * (outputs - targets) ** 2).mean(dim=1).sum().backward()
        optimizer.step()
    return hidden.detach().numpy(), output.detach().numpy()
