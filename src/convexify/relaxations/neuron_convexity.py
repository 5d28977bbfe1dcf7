r"""Where the losses of a ReLU neuron are convex, decided exactly and measured on chords.

Notation and orientation of `convexify.relaxations.neuron`: columns of ``X`` (d, n) are samples.
"""

import numpy as np

from convexify.checks import as_matrix, as_number, as_vector
from convexify.relaxations.neuron import loss, preactivations


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


def relaxed_loss_with(activation, X, y, w):
    r"""The relaxation :math:`\|\sigma(X^\top w)\|^2 - 2w^\top Xy + \|y\|^2` of a neuron with another activation σ.

    Parameters
    ----------
    activation : callable
        σ, entry by entry.
    X, y, w : array_like
        As in `convexify.relaxations.neuron.loss`.

    Returns
    -------
    ndarray, shape (…)

    Notes
    -----
    The second term is linear in w and the third is constant, so the whole is convex for every X and y exactly if σ² is
    a convex function of one variable. For σ(t) = max(0, t) it is: σ² has the non-decreasing derivative 2σ. For tanh it
    is not.
    """
    z = preactivations(np.asarray(X, dtype=float), np.asarray(w, dtype=float))
    return (activation(z) ** 2 - 2.0 * z * y + np.asarray(y) ** 2).sum(axis=-1)


def chord_excess(function, ends):
    r"""Largest violation of convexity at the middle of chords, relative to the values at their ends.

    Parameters
    ----------
    function : callable
        Points, shape (m, d), to values, shape (m,).
    ends : array_like, shape (2, m, d)
        First and last points of the chords.

    Returns
    -------
    float
        Largest :math:`(f(\tfrac{a+b}2) - \tfrac12 f(a) - \tfrac12 f(b)) / \max(1, |f(a)| + |f(b)|)`; at most rounding
        if the function is convex.

    Examples
    --------
    >>> ends = [[[-1.0]], [[1.0]]]
    >>> chord_excess(lambda w: (w**2).sum(axis=1), ends), chord_excess(lambda w: -(w**2).sum(axis=1), ends)
    (-0.5, 0.5)
    """
    first, last = np.asarray(ends, dtype=float)
    values = function(first), function(last)
    violation = function((first + last) / 2) - (values[0] + values[1]) / 2
    return float((violation / np.maximum(1.0, np.abs(values[0]) + np.abs(values[1]))).max())


def midpoint_violation(X, y, bases, *, length=1e-3, of=loss):
    r"""Largest midpoint-convexity violation of a loss over short chords across the samples' hyperplanes.

    Parameters
    ----------
    X : array_like, shape (d, n)
        Samples are columns.
    y : array_like, shape (n,)
    bases : array_like, shape (m, d)
        Points that are projected onto every hyperplane {xᵢᵀw = 0}; the chords cross it there at a right angle.
    length : float
        Length of a chord.
    of : callable
        The loss: ``of(X, y, w)`` for weights w of shape (…, d); by default the squared loss.

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
    ends = 0.5 * (of(X, y, middle + half) + of(X, y, middle - half))
    return float(((of(X, y, middle) - ends) / length).max())
