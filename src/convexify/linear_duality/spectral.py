r"""The two convex functions of the dual of a deep linear network, and their proximal operators.

They are :math:`\tfrac12\|A\|_r^2`, half the sum of the :math:`r` largest squared singular values, and the indicator of
the spectral-norm ball.
"""

import numpy as np
from scipy.optimize import isotonic_regression

from convexify.checks import as_integer, as_matrix, as_number, as_vector


def top_r_squared(A, r):
    r""":math:`\|A\|_r^2`, the sum of the ``r`` largest squared singular values of a matrix.

    Parameters
    ----------
    A : array_like, shape (p, q)
    r : int
        At least 1; counts beyond ``min(p, q)`` change nothing.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If ``A`` is not a finite matrix or ``r < 1``.
    """
    singular_values = np.linalg.svd(as_matrix("A", A), compute_uv=False)
    return float((singular_values[: as_integer("r", r, minimum=1)] ** 2).sum())


def prox_top_r_squared(singular_values, r, step):
    r"""Proximal operator of :math:`\tfrac{t}{2}\sum_{i\le r}\sigma_i^2` at a sorted non-negative vector.

    Parameters
    ----------
    singular_values : array_like, shape (k,)
        Non-increasing, non-negative.
    r : int
        Number of leading values that are penalised, ``1 <= r <= k``.
    step : float
        Step length :math:`t > 0`.

    Returns
    -------
    ndarray, shape (k,)
        Non-increasing, non-negative.

    Raises
    ------
    ValueError
        If the input is not sorted or negative, or ``r`` or ``step`` is out of range.

    Notes
    -----
    Up to a constant the objective is :math:`\sum_{i\le r}\tfrac{1+t}{2}(x_i - \tfrac{s_i}{1+t})^2 +
    \sum_{i>r}\tfrac12(x_i - s_i)^2` over non-increasing :math:`x`: isotonic regression with weights :math:`1+t` and 1.
    The leading values shrink by :math:`1/(1+t)`, the rest stays, and a block around :math:`r` is tied where that order
    would break [1]_.

    References
    ----------
    .. [1] Grussler, Rantzer, Giselsson (2018), Low-rank optimization with convex constraints, IEEE TAC 63.
    """
    s = as_vector("singular_values", singular_values)
    if s[-1] < 0 or (np.diff(s) > 0).any():
        raise ValueError("singular_values: expected non-increasing, non-negative entries")
    r = as_integer("r", r, minimum=1, maximum=s.size)
    return _prox_sorted(s, r, as_number("step", step, above=0))


def prox_top_r_squared_matrix(A, r, step):
    r"""Proximal operator of :math:`\tfrac{t}{2}\|\cdot\|_r^2` at a matrix: `prox_top_r_squared` on its singular values.

    Parameters
    ----------
    A : array_like, shape (p, q)
    r : int
        ``1 <= r <= min(p, q)``.
    step : float
        Step length :math:`t > 0`.

    Returns
    -------
    ndarray, shape (p, q)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    A = as_matrix("A", A)
    r = as_integer("r", r, minimum=1, maximum=min(A.shape))
    step = as_number("step", step, above=0)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return (U * _prox_sorted(s, r, step)) @ Vt


def project_spectral_ball(A, radius):
    r"""Nearest matrix (Frobenius) with :math:`\|\cdot\|_2 \le` ``radius``: singular values clipped.

    Parameters
    ----------
    A : array_like, shape (p, q)
    radius : float
        Non-negative.

    Returns
    -------
    ndarray, shape (p, q)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    radius = as_number("radius", radius, minimum=0)
    U, s, Vt = np.linalg.svd(as_matrix("A", A), full_matrices=False)
    return (U * np.minimum(s, radius)) @ Vt


def _prox_sorted(s, r, step):
    weights = np.ones_like(s)
    weights[:r] += step
    return isotonic_regression(s / weights, weights=weights, increasing=False).x
