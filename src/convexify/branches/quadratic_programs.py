"""Non-convex quadratic problems with and without a duality gap, to set the gap of networks beside."""

import numpy as np
from scipy.optimize import brentq

from convexify.checks import as_matrix, as_number, as_vector


def principal_component_values(C, rng, *, starts=20, iterations=2000):
    r"""Primal and dual value of :math:`\min_{\|w\| = 1} -w^\top C w`.

    Parameters
    ----------
    C : array_like, shape (d, d)
        Symmetric positive semidefinite.
    rng : numpy.random.Generator
    starts, iterations : int
        Of the power iteration, the local method for the primal.

    Returns
    -------
    tuple of float
        Primal (the best of the starts) and dual :math:`\max\{-\mu : \mu I - C \succeq 0\}`, by bisection on whether a
        Cholesky factor exists: neither sees an eigenvalue of the other.
    """
    C = as_matrix("C", C)
    w = rng.standard_normal((len(C), starts))
    for _ in range(iterations):
        w = C @ w
        w /= np.linalg.norm(w, axis=0)
    primal = -float(np.einsum("is,ij,js->s", w, C, w).max())
    low, high = 0.0, float(np.abs(C).sum(axis=1).max()) + 1e-12
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if _positive_definite(middle * np.eye(len(C)) - C) else (middle, high)
    return primal, -high


def ball_values(A, b):
    r"""Primal and dual value of :math:`\min_{\|x\| \le 1} x^\top A x + 2 b^\top x` for any symmetric A.

    Parameters
    ----------
    A : array_like, shape (d, d)
    b : array_like, shape (d,)
        Not orthogonal to the lowest eigenvectors of A.

    Returns
    -------
    tuple of float
        Primal: objective of a feasible point, by Newton's rule for the length of :math:`-(A + \lambda I)^{-1} b`. Dual:
        maximum over :math:`\lambda` of :math:`-b^\top (A + \lambda I)^{-1} b - \lambda` where the matrix is positive
        definite, by ternary search: a concave function that knows no primal point.

    Examples
    --------
    >>> primal, dual = ball_values([[-1.0]], [0.5])
    >>> round(primal, 9), round(dual, 9)
    (-2.0, -2.0)
    """
    A = as_matrix("A", A)
    b = as_vector("b", b, length=len(A))
    eye, floor = np.eye(len(A)), max(0.0, -float(np.linalg.eigvalsh(A)[0]))

    def point(multiplier):
        return -np.linalg.solve(A + multiplier * eye, b)

    def dual(multiplier):
        return float(b @ point(multiplier) - multiplier)

    top = floor + 2 * np.linalg.norm(b) + 1
    low, high = floor + 1e-9 * (1 + floor), top
    left, right = low, high
    for _ in range(200):
        first, second = left + (right - left) / 3, right - (right - left) / 3
        left, right = (first, right) if dual(first) < dual(second) else (left, second)
    if np.linalg.norm(point(low)) > 1:
        x = point(brentq(lambda value: np.linalg.norm(point(value)) - 1, low, high, xtol=1e-14))
        x /= np.linalg.norm(x)
    else:
        x = point(low)
    return float(x @ A @ x + 2 * b @ x), dual((left + right) / 2)


def box_values(curvature, radius):
    r"""Primal and dual value of :math:`\min -c x^2` subject to the linear constraints −1 ≤ x ≤ 1.

    Parameters
    ----------
    curvature : float
        c > 0.
    radius : float
        x is searched in [−ρ, ρ]: the infimum over all x is −∞ for every pair of multipliers.

    Returns
    -------
    tuple of float
        −c, and the dual over [−ρ, ρ], :math:`\max_{\mu, \nu \ge 0} \min_x -c x^2 + \mu (x - 1) + \nu (-x - 1)`: the
        minimum of a concave function lies at an end, so that the best multipliers are zero.

    Examples
    --------
    >>> box_values(1.0, 10.0)
    (-1.0, -100.0)
    """
    c, end = as_number("curvature", curvature, above=0), as_number("radius", radius, minimum=1)
    multipliers = np.linspace(0, 2 * c * end, 101)
    mu, nu = np.meshgrid(multipliers, multipliers)
    ends = np.stack([-c * end**2 + mu * (x - 1) + nu * (-x - 1) for x in (-end, end)])
    return -c, float(ends.min(axis=0).max())


def _positive_definite(matrix):
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
