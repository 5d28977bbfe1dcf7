r"""Tikhonov (a penalty on ‖θ‖²) beside Ivanov (a bound on it): the same minimisers for a convex loss, not for others.

With :math:`v(u) = \min\{L(\theta) : \|\theta\|^2 \le u\}` a penalty λ finds the radii where :math:`v(u) + \lambda u` is
smallest: those at which v touches its lower convex hull. For convex L, v is convex and every radius is found.
"""

import numpy as np

from convexify.checks import as_batch, as_integer, as_matrix, as_number, as_vector


def least_squares_in_ball(X, y, radius, *, tol=1e-12, max_iter=100_000):
    r"""Minimiser of :math:`\frac1n\|Xw - y\|^2` over ‖w‖ ≤ radius by accelerated projected gradients.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Samples as rows.
    y : array_like, shape (n,)
    radius : float
        > 0.
    tol : float
        Stop when a step moves w by less, relative to the radius.
    max_iter : int
        Largest number of steps.

    Returns
    -------
    ndarray, shape (d,)
        Zero for X = 0, where every w is a minimiser.

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or an option is out of range.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=len(X))
    radius, tol = as_number("radius", radius, above=0.0), as_number("tol", tol, above=0.0)
    if not X.any():
        return np.zeros(X.shape[1])
    step = len(X) / (2 * np.linalg.norm(X, 2) ** 2)
    w = ahead = np.zeros(X.shape[1])
    momentum = 1.0
    for _ in range(as_integer("max_iter", max_iter, minimum=1)):
        new = ahead - step * 2 / len(X) * (X.T @ (X @ ahead - y))
        new *= min(1.0, radius / max(np.linalg.norm(new), 1e-300))
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        if (new - w) @ (ahead - new) > 0:  # gradient and momentum disagree: begin again
            following = 1.0
        ahead = new + (momentum - 1) / following * (new - w) if following > 1 else new
        moved, w, momentum = np.linalg.norm(new - w), new, following
        if moved <= tol * radius:
            break
    return w


def product_loss(u, depth):
    r"""Smallest :math:`(1 - w_1 w_2 \cdots w_H)^2` over Σ w_j² ≤ u: a deep linear network with one unit a layer.

    Parameters
    ----------
    u : array_like
        Bound on the sum of squares, ≥ 0.
    depth : int
        H ≥ 1.

    Returns
    -------
    ndarray
        :math:`\max(0, 1 - (u/H)^{H/2})^2`, at equal weights (arithmetic and geometric mean).
    """
    depth = as_integer("depth", depth, minimum=1)
    u = as_batch("u", u, shape=())
    if (u < 0).any():
        raise ValueError(f"u: expected a bound of at least 0, got {u.min():g}")
    return np.maximum(0.0, 1 - (u / depth) ** (depth / 2)) ** 2


def radii_without_penalty(values, radii, *, tol=1e-9):
    r"""Share of the radii whose bounded minimiser no penalty factor finds.

    Parameters
    ----------
    values : array_like, shape (k,)
        v at the squared radii.
    radii : array_like, shape (k,)
        Increasing, from 0 to that of the unpenalised minimiser.
    tol : float
        Distance above the lower convex hull, relative to the range of the values, from which on a radius is missed.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    Two layers: the value function is convex although the loss is not. Three layers: the penalty jumps over
    :math:`2^{-1/3} = .794` of the radii.

    >>> radii = np.linspace(0, 1, 1001)
    >>> [round(radii_without_penalty(product_loss(h * radii**2, h), radii), 2) for h in (1, 2, 3)]
    [0.0, 0.0, 0.79]
    """
    values = as_vector("values", values)
    radii = as_vector("radii", radii, length=values.size)
    u = radii**2
    hull = [0]
    for k in range(1, len(u)):
        while len(hull) > 1 and _slope(u, values, hull[-2], hull[-1]) >= _slope(u, values, hull[-2], k):
            hull.pop()
        hull.append(k)
    missed = values - np.interp(u, u[hull], values[hull]) > tol * np.ptp(values)
    return float(missed.mean())


def _slope(u, values, first, last):
    return (values[last] - values[first]) / (u[last] - u[first])
