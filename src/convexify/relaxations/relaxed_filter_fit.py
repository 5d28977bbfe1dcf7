r"""The relaxation of one convolution filter with labels that no filter need fit: a second-order cone program.

.. math::
   \min_{w,z}\ \tfrac12\|z-y\|^2+\beta\,r^\top w\quad\text{s.t.}\quad z_i\ge\sum_j\sigma(x_{ij}^\top w),

in which z may be more than the network's output. Without the random direction r every filter below the labels would be
optimal; with it the answer depends on β, which has to be chosen (Bartan, Pilanci 2019, Convex relaxations of
convolutional neural nets, ICASSP; the abstract was read, the dual below is derived here).
"""

import clarabel
import numpy as np
from scipy.sparse import block_array, csc_array, diags_array, eye_array, kron

from convexify.checks import as_number, as_vector
from convexify.relaxations.planted_filter import RelaxedFilter, checked_patches


def fit_relaxed_filter(X, y, direction, beta):
    r"""Solve the relaxation for one direction by an interior point method, with a dual value beside its objective.

    Parameters
    ----------
    X : array_like, shape (n, patches, d)
    y : array_like, shape (n,)
        Labels, not negative.
    direction : array_like, shape (d,)
        r.
    beta : float
        Weight of the direction, more than 0.

    Returns
    -------
    RelaxedFilter
        ``w`` NaN, ``objective`` −inf if the program is unbounded: too few samples to hold the filter.

    Raises
    ------
    ValueError
        If the shapes do not fit, something is not finite, a label is negative or β is not positive.

    Notes
    -----
    With multipliers a of :math:`x_{ij}^\top w\le t_{ij}` and c of :math:`\sum_jt_{ij}\le z_i`, minimising the
    Lagrangian gives :math:`z=y+c`, :math:`0\le a_{ij}\le c_i`, :math:`\sum_{ij}a_{ij}x_{ij}=-\beta r` and the dual
    value :math:`-\tfrac12\|c\|^2-c^\top y`, whose distance from the objective is ``gap``.

    Examples
    --------
    One sample of one patch: z = y + 1 for β r = −1, and w is all that is under it.

    >>> answer = fit_relaxed_filter([[[1.0]]], [2.0], [-1.0], 1.0)
    >>> answer.w.round(6).tolist(), round(answer.objective, 6), answer.gap < 1e-7
    ([3.0], -2.5, True)
    """
    X, y = checked_patches(X, y)
    n, k, d = X.shape
    direction, beta = as_vector("direction", direction, length=d), as_number("beta", beta, above=0)
    rows, parts = csc_array(X.reshape(n * k, d)), eye_array(n * k)
    constraints = block_array(
        [[rows, -parts, None], [None, -parts, None], [None, kron(eye_array(n), np.ones((1, k))), -eye_array(n)]],
        format="csc",
    )
    quadratic = diags_array(np.concatenate([np.zeros(d + n * k), np.ones(n)]), format="csc")
    linear = np.concatenate([beta * direction, np.zeros(n * k), -y])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    cones = [clarabel.NonnegativeConeT(constraints.shape[0])]
    answer = clarabel.DefaultSolver(quadratic, linear, constraints, np.zeros(constraints.shape[0]), cones,
                                    settings).solve()  # fmt: skip
    if "Solved" not in str(answer.status):
        return RelaxedFilter(np.full(d, np.nan), -np.inf, np.nan)
    w, c = np.array(answer.x[:d]), np.maximum(np.array(answer.z[-n:]), 0.0)
    z = np.maximum(np.maximum(np.einsum("nkd,d->nk", X, w), 0).sum(axis=1), y)
    objective = 0.5 * float(((z - y) ** 2).sum()) + beta * float(direction @ w)
    dual = -0.5 * float(c @ c) - float(c @ y)
    return RelaxedFilter(w, objective, abs(objective - dual) / (1 + abs(objective)))
