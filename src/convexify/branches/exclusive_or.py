"""A classification problem that networks of three tanh units solve and that one unit does not: exclusive or."""

import numpy as np

from convexify.branches.branch_problem import as_branches
from convexify.checks import as_integer, as_number


def exclusive_or(samples, noise, rng):
    """Noisy corners of the square [−1, 1]² with a constant input, labelled +1 where the signs agree.

    Parameters
    ----------
    samples : int
        n; the corners take turns.
    noise : float
        Standard deviation around a corner, in both directions.
    rng : numpy.random.Generator

    Returns
    -------
    X : ndarray, shape (n, 3)
        The last column is 1.
    labels : ndarray, shape (n,)
        −1 or +1.

    Examples
    --------
    >>> X, labels = exclusive_or(4, 0.0, np.random.default_rng(0))
    >>> X[:, :2].prod(axis=1).tolist() == labels.tolist()
    True
    """
    samples, noise = as_integer("samples", samples, minimum=4), as_number("noise", noise, minimum=0)
    corners = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]])[np.arange(samples) % 4]
    X = np.column_stack([corners + noise * rng.standard_normal((samples, 2)), np.ones(samples)])
    return X, corners.prod(axis=1)


def exclusive_or_network(branches, radius):
    r"""Weights in [−B, B]³ of I ≥ 3 tanh units whose average separates the corners of `exclusive_or`.

    Parameters
    ----------
    branches : int
        I, at least 3.
    radius : float
        B.

    Returns
    -------
    ndarray, shape (I, 3)

    Raises
    ------
    ValueError
        If I < 3.

    Notes
    -----
    With :math:`s = x_1 + x_2,\ t = x_1 - x_2`, the pair :math:`\tanh B(s - 1) - \tanh B(s + 1)` is about −2 at s = 0
    and 0 at s = ±2, and the negative of the same pair in t is about 2 at t = 0 and 0 at t = ±2. Both pairs together
    have the margin 2 with four units; the first pair and a constant unit the margin 1 with three. Units that are left
    over are zero.

    Examples
    --------
    >>> X, labels = exclusive_or(4, 0.0, np.random.default_rng(0))
    >>> [round(float((labels * np.tanh(X @ exclusive_or_network(I, 3.0).T).mean(axis=1)).min()), 2) for I in (3, 4, 5)]
    [0.33, 0.5, 0.4]
    """
    branches, B = as_branches(branches), as_number("radius", radius, above=0)
    if branches < 3:
        raise ValueError(f"branches: expected at least 3, got {branches}")
    along = [[B, B, -B], [-B, -B, -B]]
    across = [[-B, B, B], [B, -B, B]]
    units = (along + across) * (branches // 4)
    if branches % 4 == 3:
        units += [*along, [0.0, 0.0, B]]
    return np.array(units + [[0.0, 0.0, 0.0]] * (branches - len(units)))
