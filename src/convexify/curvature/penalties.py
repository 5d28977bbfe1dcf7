"""Strong quadratic penalties on a bounded domain: minimisers from many starts, and how many there are."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import minimize

from convexify.checks import as_batch, as_integer, as_number, as_vector, one_of

PENALTIES = ("l2", "shift", "geometric")


@dataclass(frozen=True)
class QuadraticPenalty:
    """Σ_k weights_k (θ_k − centre_k)², the factor λ included.

    Attributes
    ----------
    weights, centre : ndarray, shape (p,)
    """

    weights: np.ndarray
    centre: np.ndarray

    def value_and_gradient(self, theta):
        """Penalty and its gradient at a flat array."""
        offset = theta - self.centre
        return float(self.weights @ offset**2), 2 * self.weights * offset


def quadratic_penalty(kind, lam, size, *, centre=None):
    r"""One of the penalties proposed for strongly regularised networks.

    Parameters
    ----------
    kind : {"l2", "shift", "geometric"}
        :math:`\lambda\|\theta\|^2`, :math:`\lambda\sum_k(\theta_k-\varepsilon_k)^2`, or, with weights that form a
        geometric sequence, :math:`\theta^\top \mathrm{diag}(\lambda, \lambda^2, \dots, \lambda^p)\,\theta`.
    lam : float
        :math:`\lambda \ge 0`.
    size : int
        Number of parameters p, at least 1.
    centre : array_like, shape (p,), optional
        The shifts ε; required by "shift" and refused by the others.

    Returns
    -------
    QuadraticPenalty

    Raises
    ------
    ValueError
        If the kind is unknown, ``lam`` is negative, ``size`` is not a positive integer, or ``centre`` does not fit the
        kind.

    Examples
    --------
    >>> quadratic_penalty("geometric", 2.0, 3).weights
    array([2., 4., 8.])
    """
    one_of("kind", kind, PENALTIES)
    lam = as_number("lam", lam, minimum=0.0)
    size = as_integer("size", size, minimum=1)
    if (kind == "shift") != (centre is not None):
        raise ValueError(f"centre: expected exactly for the kind 'shift', got kind {kind!r} and centre {centre!r}")
    weights = lam ** np.arange(1, size + 1) if kind == "geometric" else np.full(size, lam)
    return QuadraticPenalty(weights, np.zeros(size) if centre is None else as_vector("centre", centre, length=size))


@dataclass(frozen=True)
class Minimum:
    """A point where a search ended.

    Attributes
    ----------
    point : ndarray, shape (p,)
    value : float
        Objective there.
    stationarity : float
        Largest entry of the projected gradient, in the scaling of the search.
    """

    point: np.ndarray
    value: float
    stationarity: float


def minimise(loss, penalty, start, bound):
    r"""Local minimum of loss + penalty on the box ``|θ_k| ≤ bound`` from one start.

    Parameters
    ----------
    loss : ShallowLoss
    penalty : QuadraticPenalty
    start : array_like, shape (p,)
    bound : float
        Half the side of the box.

    Returns
    -------
    Minimum

    Raises
    ------
    ValueError
        If the start lies outside the box or the bound is not positive.

    Notes
    -----
    L-BFGS-B in the coordinates :math:`\theta_k \sqrt{1 + \text{weights}_k}`, so that geometric weights, which differ by
    many orders of magnitude, stay well conditioned. For smooth losses Newton steps follow on the coordinates that are
    off the bounds.
    """
    bound = as_number("bound", bound, above=0.0)
    start = as_vector("start", start, length=penalty.weights.size)
    if (abs(start) > bound).any():
        raise ValueError(f"start: expected entries within ±{bound}, got {abs(start).max()}")
    scale = np.sqrt(1 + penalty.weights)

    def objective(u):
        theta = u / scale
        value, gradient = loss.value_and_gradient(theta)
        more, slope = penalty.value_and_gradient(theta)
        return value + more, (gradient + slope) / scale

    options = {"maxiter": 1000, "maxfun": 4000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20}
    box = np.stack([-bound * scale, bound * scale], axis=1)
    u = minimize(objective, start * scale, jac=True, method="L-BFGS-B", bounds=box, options=options).x
    if loss.smooth:
        u = _newton(loss, penalty, objective, u, scale=scale, box=box)
    value, gradient = objective(u)
    return Minimum(u / scale, value, float(abs(u - np.clip(u - gradient, *box.T)).max()))


def distinct_rows(rows, tolerance):
    """Number of rows that differ from all earlier ones that count by more than ``tolerance`` in some entry.

    Parameters
    ----------
    rows : array_like, shape (k, p)
        May be empty.
    tolerance : float
        Largest difference, entry by entry, of rows that count as one; non-negative.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If an entry is not finite or ``tolerance`` is negative.

    Examples
    --------
    >>> distinct_rows([[0.0, 1.0], [0.0, 1.0001], [2.0, 1.0]], 1e-3)
    2
    """
    tolerance = as_number("tolerance", tolerance, minimum=0.0)
    kept = []
    for row in as_batch("rows", rows, shape=()):
        if not any(abs(row - other).max() <= tolerance for other in kept):
            kept.append(row)
    return len(kept)


def frozen_minimiser(loss, centre, lam):
    r"""First-order expansion of the minimiser of loss + λ‖θ − ε‖² for large λ.

    Parameters
    ----------
    loss : ShallowLoss
    centre : array_like, shape (p,)
        The shifts ε.
    lam : float
        :math:`\lambda > 0`.

    Returns
    -------
    ndarray, shape (p,)
        :math:`\varepsilon - \nabla L(\varepsilon)/(2\lambda)`, with an error of order :math:`\lambda^{-2}`.

    Raises
    ------
    ValueError
        If ``lam`` is not positive.
    """
    lam = as_number("lam", lam, above=0.0)
    _, gradient = loss.value_and_gradient(centre)
    return centre - gradient / (2 * lam)


def _newton(loss, penalty, objective, u, *, scale, box, steps=20):
    """Newton steps on the coordinates off the bounds, kept only while they lower the objective or the gradient."""
    hessian_of = torch.func.hessian(loss)
    value, gradient = objective(u)
    for _ in range(steps):
        free = (u > box[:, 0]) & (u < box[:, 1])
        if not free.any() or abs(gradient[free]).max() < 1e-13:
            break
        hessian = hessian_of(torch.as_tensor(u / scale)).numpy() + np.diag(2 * penalty.weights)
        hessian = (hessian / scale / scale[:, None])[np.ix_(free, free)]
        eigenvalues, vectors = np.linalg.eigh(hessian)
        if eigenvalues[0] <= 1e-12 * max(1.0, eigenvalues[-1]):
            break  # a flat or falling direction: Newton's point means nothing there
        candidate = u.copy()
        candidate[free] -= vectors @ ((vectors.T @ gradient[free]) / eigenvalues)
        candidate = np.clip(candidate, *box.T)
        new_value, new_gradient = objective(candidate)
        if (
            new_value > value + 1e-14 * max(1.0, abs(value))
            or abs(new_gradient[free]).max() > abs(gradient[free]).max()
        ):
            break
        u, value, gradient = candidate, new_value, new_gradient
    return u
