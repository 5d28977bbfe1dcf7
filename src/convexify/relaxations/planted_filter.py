r"""One planted convolution filter: its convex relaxation with a random linear objective, and gradient descent.

A sample has k patches; the network sums one ReLU filter over them, :math:`f_w(x_i) = \sum_j \sigma(x_{ij}^\top w)`, and
a planted filter labels the samples, :math:`y_i = f_{w^*}(x_i)`. Fitting w is not convex: the constraint
:math:`f_w(x_i) = y_i` is not. Its relaxation :math:`f_w(x_i) \le y_i` is, and w* lies on its boundary; a random linear
objective picks an extreme point of the relaxed set, which is w* whenever minus the objective lies in the normal cone
there,

.. math:: -r \in \operatorname{cone}\{\textstyle\sum_j 1[x_{ij}^\top w^* > 0]\,x_{ij} : y_i > 0\}.

All these normals lie in the half-space of w*, so that a Gaussian r succeeds with a probability of at most one half,
which independent draws amplify: the loss tells whether a draw succeeded. The relaxation is a second-order cone program
(a linear one without noise), not a semidefinite one (Bartan, Pilanci 2019, Convex relaxations of convolutional neural
nets, ICASSP; the abstract was read, the program is derived here).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog, nnls
from scipy.sparse import block_array, csr_array, eye_array, kron

from convexify.checks import as_batch, as_integer, as_matrix, as_number, as_vector


@dataclass(frozen=True)
class RelaxedFilter:
    r"""Minimiser of the relaxation for one direction.

    Attributes
    ----------
    w : ndarray, shape (d,)
        NaN if the program is unbounded: too few samples.
    objective : float
        rᵀw; −inf if unbounded.
    gap : float
        Objective minus the value of the dual point, relative to 1 plus its modulus, plus the largest violation of
        :math:`f_w(x_i)\le y_i`, both where samples and labels have size 1; NaN if unbounded.
    """

    w: np.ndarray
    objective: float
    gap: float


def planted_filter_problem(generator, *, n, d, patches):
    """Gaussian patches labelled by a random filter of norm 1.

    Parameters
    ----------
    generator : numpy.random.Generator
        Draws patches, then the filter.
    n, d, patches : int
        Samples, dimension of a patch, patches a sample.

    Returns
    -------
    X : ndarray, shape (n, patches, d)
        Standard Gaussian.
    y : ndarray, shape (n,)
    w : ndarray, shape (d,)
        The planted filter.

    Raises
    ------
    ValueError
        If a size is not a positive integer.

    Examples
    --------
    >>> X, y, w = planted_filter_problem(np.random.default_rng(0), n=5, d=3, patches=2)
    >>> X.shape, y.shape, bool(filter_loss(X, y, w) == 0)
    ((5, 2, 3), (5,), True)
    """
    n, d = as_integer("n", n, minimum=1), as_integer("d", d, minimum=1)
    patches = as_integer("patches", patches, minimum=1)
    X = generator.standard_normal((n, patches, d))
    w = generator.standard_normal(d)
    w /= np.linalg.norm(w)
    return X, filter_outputs(X, w), w


def filter_outputs(X, w):
    """Σ_j σ(x_ijᵀw) for filters ``w`` of shape (..., d): shape (..., n)."""
    return np.maximum(np.einsum("nkd,...d->...nk", X, w), 0).sum(axis=-1)


def filter_loss(X, y, w):
    """½ Σ_i (f_w(x_i) − y_i)² for filters ``w`` of shape (..., d): shape (...)."""
    return 0.5 * ((filter_outputs(X, w) - y) ** 2).sum(axis=-1)


def relax_filter(X, y, direction):
    r"""Minimise a linear function of the filter over :math:`\{w : f_w(x_i) \le y_i\}`.

    Parameters
    ----------
    X : array_like, shape (n, patches, d)
    y : array_like, shape (n,)
        Labels, not negative.
    direction : array_like, shape (d,)
        r of the objective rᵀw.

    Returns
    -------
    RelaxedFilter

    Raises
    ------
    ValueError
        If the shapes do not fit, something is not finite or a label is negative: no filter has that output or less.

    Notes
    -----
    The linear program min rᵀw s.t. Xᵢw ≤ tᵢ, 0 ≤ tᵢ, Σ_j t_ij ≤ y_i, solved by HiGHS; with one patch t is left out.
    HiGHS has absolute tolerances, and the program is homogeneous: every sample is divided by the norm of its largest
    patch, with its label, then all labels by the largest, and r by its norm.
    """
    X, y = checked_patches(X, y)
    direction = as_vector("direction", direction, length=X.shape[2])
    n, k, d = X.shape
    sizes = np.linalg.norm(X, axis=2).max(axis=1)
    sizes[sizes == 0] = max(sizes.max(), 1.0)
    X, y = X / sizes[:, None, None], y / sizes
    largest, norm = y.max() or 1.0, np.linalg.norm(direction) or 1.0
    y, direction = y / largest, direction / norm
    rows = csr_array(X.reshape(n * k, d))
    if k == 1:
        constraints, limits, costs = rows, y, direction
    else:
        sums = kron(eye_array(n), np.ones((1, k)))
        constraints = block_array([[rows, -eye_array(n * k)], [None, sums]], format="csr")
        limits, costs = np.concatenate([np.zeros(n * k), y]), np.concatenate([direction, np.zeros(n * k)])
    bounds = [(None, None)] * d + [(0, None)] * (len(costs) - d)
    answer = linprog(costs, A_ub=constraints, b_ub=limits, bounds=bounds, method="highs")
    if answer.x is None:
        return RelaxedFilter(np.full(d, np.nan), -np.inf, np.nan)
    w, dual = answer.x[:d], float(limits @ answer.ineqlin.marginals)
    violation = max(0.0, float((filter_outputs(X, w) - y).max()))
    gap = abs(answer.fun - dual) / (1 + abs(answer.fun)) + violation
    return RelaxedFilter(largest * w, float(answer.fun) * largest * norm, gap)


def is_recovered_for(X, w, direction, *, tolerance=1e-9):
    """Whether the planted filter minimises the relaxation for a direction: minus the direction lies in its normal cone.

    Parameters
    ----------
    X : ndarray, shape (n, patches, d)
    w : ndarray, shape (d,)
        The planted filter.
    direction : ndarray, shape (d,)
    tolerance : float
        Distance from the cone, relative to the direction's norm, that counts as none.

    Returns
    -------
    bool
    """
    active = np.einsum("nk,nkd->nd", np.einsum("nkd,d->nk", X, w) > 0, X)
    active = active[np.any(active != 0, axis=1)]
    if len(active) == 0:
        return False
    _, distance = nnls(active.T, -direction)
    return bool(distance <= tolerance * np.linalg.norm(direction))


def descend_filter(X, y, starts, *, step, iterations):
    r"""Gradient descent on the mean squared error from several starts.

    Parameters
    ----------
    X : ndarray, shape (n, patches, d)
    y : ndarray, shape (n,)
    starts : ndarray, shape (s, d)
    step : float
        η in :math:`w \leftarrow w - \eta\,\nabla\tfrac1{2n}\sum_i(f_w(x_i)-y_i)^2`.
    iterations : int

    Returns
    -------
    ndarray, shape (s, d)
        Last filters; those of a diverged run are not finite.
    """
    step = as_number("step", step, above=0)
    iterations = as_integer("iterations", iterations, minimum=0)
    X, y = checked_patches(X, y)
    n, k, d = X.shape
    rows = X.reshape(n * k, d)
    W = as_matrix("starts", starts, columns=d).copy()
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(iterations):
            inner = (W @ rows.T).reshape(len(W), n, k)
            active = inner > 0
            residual = np.where(active, inner, 0.0).sum(axis=-1) - y
            W -= step / n * ((active * residual[:, :, None]).reshape(len(W), n * k) @ rows)
    return W


def checked_patches(X, y):
    """Patches (n, k, d) and labels of at least 0, or an error that names what is not."""
    X = as_batch("X", X, shape=(None, None, None))
    if X.ndim != 3:
        raise ValueError(f"X: expected an array of shape (n, patches, d), got {X.shape}")
    y = as_vector("y", y, length=len(X))
    if (y < 0).any():
        raise ValueError(f"y: expected labels of at least 0, got {y.min():g}: no filter has that output or less")
    return X, y
