r"""Where the squared loss of a ReLU neuron is convex, decided exactly and measured on chords.

Notation and orientation of `convexify.relaxations.neuron`: columns of ``X`` (d, n) are samples.
"""

import numpy as np

from convexify.checks import as_matrix, as_number, as_vector
from convexify.relaxations.neuron import loss


def loss_is_convex(X, y, *, tol=1e-9):
    r"""Whether the squared loss L is convex in w.

    Parameters
    ----------
    X : array_like, shape (d, n)
        Samples are columns.
    y : array_like, shape (n,)
    tol : float
        Samples whose unit vectors (up to sign) differ by less lie on one line; more than 0.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or ``tol`` is not positive.

    Notes
    -----
    L is continuous and a convex quadratic on every cell of the arrangement {xᵢᵀw = 0}. Across the hyperplane
    orthogonal to a line, the slope in direction u jumps by :math:`-2\sum_i y_i |x_i^\top u|` over the samples on that
    line. So L is convex exactly if :math:`\sum y_i \|x_i\| \le 0` over the samples of every line through 0. A
    positive label is necessary for non-convexity, and sufficient if no two samples are parallel.

    Examples
    --------
    >>> loss_is_convex([[1.0]], [1.0]), loss_is_convex([[1.0]], [-1.0])
    (False, True)
    >>> loss_is_convex([[1.0, -1.0]], [1.0, -2.0])  # outweighed by the sample on the same line
    True
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=X.shape[1])
    tol = as_number("tol", tol, above=0)
    norms = np.linalg.norm(X, axis=0)
    kept = norms > 0
    directions, weights = (X[:, kept] / norms[kept]).T, (y * norms)[kept]
    if (weights <= 0).all():
        return True
    distances = np.minimum(*(np.linalg.norm(directions[:, None] - s * directions[None], axis=2) for s in (1, -1)))
    return bool(((distances < tol) @ weights <= tol * np.abs(weights).max()).all())


def midpoint_violation(X, y, bases, *, length=1e-3):
    r"""Largest midpoint-convexity violation of the squared loss over short chords across the samples' hyperplanes.

    Parameters
    ----------
    X : array_like, shape (d, n)
        Samples are columns.
    y : array_like, shape (n,)
    bases : array_like, shape (m, d)
        Points that are projected onto every hyperplane {xᵢᵀw = 0}; the chords cross it there at a right angle.
    length : float
        Length of a chord.

    Returns
    -------
    float
        Largest (L(a/2 + b/2) − L(a)/2 − L(b)/2) / length over all chords ab; at most rounding if L is convex, and
        :math:`\tfrac12\sum y_i\|x_i\|` less a term of order ``length`` where samples on one line make a kink.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=X.shape[1])
    bases = as_matrix("bases", bases, columns=X.shape[0])
    length = as_number("length", length, above=0)
    norms = np.linalg.norm(X, axis=0)
    normals = (X[:, norms > 0] / norms[norms > 0]).T
    if not normals.size:
        return 0.0
    middle = bases - (bases @ normals.T).T[..., None] * normals[:, None]
    half = 0.5 * length * normals[:, None]
    ends = 0.5 * (loss(X, y, middle + half) + loss(X, y, middle - half))
    return float(((loss(X, y, middle) - ends) / length).max())
