r"""Minimisers of the squared loss of a ReLU neuron: by many starts, in closed form, and whether labels determine them.

Notation and orientation of `convexify.relaxations.neuron`: columns of ``X`` (d, n) are samples.
"""

import numpy as np
from scipy.optimize import linprog, minimize

from convexify.checks import as_matrix, as_vector
from convexify.relaxations.neuron import loss, preactivations


def minimise_vanilla(X, y, starts):
    """Best local minimum of the squared loss that L-BFGS reaches from the given starts: an upper bound on min L.

    Parameters
    ----------
    X : array_like, shape (d, n)
        Samples are columns.
    y : array_like, shape (n,)
    starts : array_like, shape (m, d)

    Returns
    -------
    weights : ndarray, shape (d,)
        Best point met.
    values : ndarray, shape (m,)
        L at the end of every run; never above L at its start.

    Raises
    ------
    ValueError
        If shapes disagree or an entry is not finite.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=X.shape[1])
    starts = as_matrix("starts", starts, columns=X.shape[0])
    x_unit, y_unit = _unit(X), _unit(y)
    inputs, labels = X / x_unit, y / y_unit

    def value_and_gradient(w):
        z = preactivations(inputs, w)
        residual = np.maximum(z, 0.0) - labels
        return residual @ residual, 2.0 * (inputs @ (residual * (z >= 0)))

    ends = [
        minimize(
            value_and_gradient,
            start * (x_unit / y_unit),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 2000, "maxfun": 4000, "ftol": 1e-14, "gtol": 1e-10},
        ).x
        * (y_unit / x_unit)
        for start in starts
    ]
    # A kink can end a run above its start, so each end competes with its own start.
    ends = [min((end, start), key=lambda w: float(loss(X, y, w))) for end, start in zip(ends, starts, strict=True)]
    values = np.array([float(loss(X, y, end)) for end in ends])
    return ends[int(values.argmin())], values


def _unit(array):
    """A power of two of the size of the entries, for tolerances that are absolute; 1 where they are about 1."""
    largest = np.abs(array).max()
    size = largest * np.sqrt(np.mean((array / (largest or 1.0)) ** 2))
    return 1.0 if size == 0 or 1e-2 <= size <= 1e2 else 2.0 ** np.round(np.log2(size))


def minimise_scalar_weight(x, y):
    """Global minimiser of the squared loss for one-dimensional samples, in closed form: (w, L(w)).

    Parameters
    ----------
    x, y : array_like, shape (n,)

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError
        If shapes disagree or an entry is not finite.

    Notes
    -----
    On each half line the samples with x·w > 0 are active and L is a quadratic: its vertex, clipped to the half line.

    Examples
    --------
    >>> weight, value = minimise_scalar_weight([1.0, -1.0], [1.0, 1.0])
    >>> float(weight), value
    (1.0, 1.0)
    """
    x = as_vector("x", x)
    y = as_vector("y", y, length=x.size)
    candidates = [0.0]
    for sign in (1.0, -1.0):
        active = sign * x > 0
        if active.any():
            vertex = x[active] @ y[active] / (x[active] @ x[active])
            candidates.append(sign * max(0.0, sign * vertex))
    values = [float(loss(x[None], y, [w])) for w in candidates]
    best = int(np.argmin(values))
    return candidates[best], values[best]


def teacher_is_identifiable(X, y):
    """Whether labels y = σ(Xᵀw*) determine w*: whether {w : σ(Xᵀw) = y}, the minimisers of both losses, is a point.

    Parameters
    ----------
    X : array_like, shape (d, n)
        Samples are columns.
    y : array_like, shape (n,)
        Labels of a neuron without noise, so y ≥ 0.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        If ``y`` has a negative entry, or if the linear program fails.

    Notes
    -----
    The set is a polyhedron around w*. It is a point exactly if v = 0 is the only solution of xᵢᵀv = 0 where yᵢ > 0 and
    xᵢᵀv ≤ 0 where yᵢ = 0: a linear program maximises −Σ xᵢᵀv over the second kind, cut off at 1 each.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=X.shape[1])
    if (y < 0).any():
        raise ValueError(f"y: expected no negative entry, got {y.min()}")
    if np.linalg.matrix_rank(X) < X.shape[0]:
        return False
    active, inactive = X[:, y > 0], X[:, y == 0]
    if np.linalg.matrix_rank(active) == X.shape[0]:
        return True
    if inactive.shape[1] == 0:
        return False
    # Rows of the inactive samples in [−1, 0]: the sum reaches −1 as soon as one non-zero direction exists.
    program = linprog(
        inactive.sum(axis=1),
        A_ub=np.vstack([inactive.T, -inactive.T]),
        b_ub=np.concatenate([np.zeros(inactive.shape[1]), np.ones(inactive.shape[1])]),
        A_eq=active.T if active.size else None,
        b_eq=np.zeros(active.shape[1]) if active.size else None,
        bounds=(None, None),
        method="highs",
    )
    if not program.success:
        raise ValueError(f"X: the linear program on its samples failed: {program.message}")
    return bool(program.fun > -0.5)
