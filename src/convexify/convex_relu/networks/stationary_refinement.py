"""From a nearly stationary two-layer ReLU network to a stationary one, also with neurons on kinks."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import minimize

from convexify.checks import as_matrix, as_number, as_vector
from convexify.convex_relu.patterns.gates import sign_patterns

_ROUNDS = 50
_DEAD = 1e-6  # a neuron whose ‖u‖|α| is below this fraction of the largest is dropped
_ZERO = 1e-9  # and one below this fraction of ‖y‖/‖X‖, too: a network may die altogether


@dataclass(frozen=True)
class StationaryNetwork:
    """A network that is stationary for moves that keep its zero rows at zero.

    Attributes
    ----------
    hidden : ndarray, shape (d, m)
    output : ndarray, shape (m,)
    signs : ndarray of int, shape (n, m)
        Sign of every sample's pre-activation, in {-1, 0, +1}.
    objective : float
        In the ½‖·‖² scaling.
    residual : float
        Largest entry of the gradient, over ``beta`` times the largest weight.
    converged : bool
        Whether the last rounds left all signs as they were.
    """

    hidden: np.ndarray
    output: np.ndarray
    signs: np.ndarray
    objective: float
    residual: float
    converged: bool


def refine_stationary(X, y, beta, hidden, output, *, tie=1e-4):
    r"""Bring a nearly stationary network to a stationary point of high accuracy.

    Parameters
    ----------
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    beta : float
        Weight decay of ½‖f − y‖² + ½β(‖U‖² + ‖α‖²).
    hidden, output : array_like, shapes (d, m) and (m,)
    tie : float
        A sample with ``|x·u| <= tie ‖x‖‖u‖`` is taken to lie on the kink of that neuron.

    Returns
    -------
    StationaryNetwork

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is not finite.

    Notes
    -----
    Descent drives neurons onto kinks, where the objective is not smooth and gradients say nothing. With the zero rows
    ``S_j`` of every neuron held at zero, :math:`u_j=Z_jz_j` with ``Z_j`` a basis of the null space of :math:`X_{S_j}`,
    and the other signs fixed the objective is smooth in ``(z, α)``: BFGS minimises it. Where that would carry a
    sample across a kink, the network goes there only as far as the kink, and the row joins ``S_j``.

    Examples
    --------
    One neuron on one sample: its optimum has u = α = √(1 − β).

    >>> network = refine_stationary([[1.0]], [1.0], 0.19, [[0.8]], [0.8])
    >>> network.hidden.round(6).tolist(), network.output.round(6).tolist(), network.converged
    ([[0.9]], [0.9], True)
    """
    X = as_matrix("X", X)
    y, beta = as_vector("y", y, length=len(X)), as_number("beta", beta, above=0)
    hidden = as_matrix("hidden", hidden, rows=X.shape[1])
    output = as_vector("output", output, length=hidden.shape[1])
    signs = sign_patterns(X, hidden, tolerance=tie)
    for _ in range(_ROUNDS):
        strength = np.linalg.norm(hidden, axis=0) * np.abs(output)
        alive = strength > max(_DEAD * strength.max(initial=0.0), _ZERO * np.linalg.norm(y) / np.linalg.norm(X))
        converged = bool(alive.all())
        hidden, output, signs = hidden[:, alive], output[alive], signs[:, alive]
        if not alive.any():
            residual, converged = 0.0, True
            break
        bases = [null_space(X[s == 0]) if (s == 0).any() else np.eye(X.shape[1]) for s in signs.T]
        hidden = np.column_stack([Z @ (Z.T @ u) for Z, u in zip(bases, hidden.T, strict=True)])
        new, new_output, residual = _minimise(X, y, beta, (hidden, output), signs, bases)
        before, after = signs * (X @ hidden), signs * (X @ new)
        crossed = after < -1e-12 * np.abs(before).max()
        if not crossed.any():
            hidden, output = new, new_output
            if converged:
                break
            continue
        converged = False
        part = np.where(crossed, before / np.where(crossed, before - after, 1.0), np.inf)
        part = np.maximum(part, 0.0)
        # all neurons go the same share of the way: up to the first kink on it
        share = part.min()
        signs = np.where(part <= share + 1e-12, 0, signs).astype(np.int8)
        hidden, output = hidden + share * (new - hidden), output + share * (new_output - output)
    fit = np.maximum(X @ hidden, 0.0) @ output - y
    objective = 0.5 * float(fit @ fit) + 0.5 * beta * float((hidden**2).sum() + (output**2).sum())
    return StationaryNetwork(hidden, output, signs, objective, residual, converged)


def _minimise(X, y, beta, weights, signs, bases):
    """Minimiser over (z, α) from the weights (U, α) with the signs fixed; also its relative residual."""
    hidden, output = weights
    active = (signs > 0).astype(float)
    sizes = [Z.shape[1] for Z in bases]
    cuts, m = np.cumsum(sizes), len(output)

    def unpack(x):
        parts = np.split(x[: cuts[-1]], cuts[:-1])
        return np.column_stack([Z @ z for Z, z in zip(bases, parts, strict=True)]), x[cuts[-1] :]

    def value(x):
        U, a = unpack(x)
        hidden_layer = active * (X @ U)
        fit = hidden_layer @ a - y
        by_U = X.T @ (active * fit[:, None]) * a
        gradient = np.concatenate([*(Z.T @ g for Z, g in zip(bases, by_U.T, strict=True)), hidden_layer.T @ fit])
        return (0.5 * fit @ fit + 0.5 * beta * (x @ x)) / beta, gradient / beta + x

    start = np.concatenate([*(Z.T @ u for Z, u in zip(bases, hidden.T, strict=True)), output])
    found = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 200 * (m + 1)})
    U, a = unpack(found.x)
    return U, a, float(np.abs(found.jac).max() / max(np.abs(found.x).max(), np.finfo(float).tiny))
