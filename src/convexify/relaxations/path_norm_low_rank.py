r"""Data of low rank in place of the data: fewer two-level patterns, and what the program on them proves.

Let :math:`\hat X` be the best rank-k approximation of X and :math:`\sigma=\sigma_{k+1}(X)`. ReLU is 1-Lipschitz, so
that a branch moves by

.. math:: \|h_V(X)-h_V(\hat X)\|\le\sum_j\|(X-\hat X)v_j\|\le\sigma\sum_j\|v_j\|\le\sigma\sqrt m\|V\|_F,

and the prediction of a network of penalty R by δR at most, with :math:`\delta=\sqrt m\,\sigma` (path norm) or
:math:`\delta=\sigma` (weight decay). With the objective :math:`P=\tfrac12\|f-y\|^2+\beta R` on :math:`\hat X`,
:math:`\|f-y\|\le\sqrt{2P}` and :math:`R\le P/\beta`, the objective on X is at most

.. math:: P+\sqrt{2P}\,\delta P/\beta+\tfrac12\delta^2P^2/\beta^2=P\Big(1+\frac{\delta\sqrt P}{\sqrt2\,\beta}\Big)^2,

and the same with X and :math:`\hat X` exchanged. At the optima of both this gives an interval for the optimum on X from
the program on :math:`\hat X` alone. (Ergen, Pilanci 2021 announce a guarantee of this kind in their abstract; the bound
for the squared loss, which is not Lipschitz itself, is derived here.)
"""

import numpy as np

from convexify.checks import as_integer, as_matrix, as_number, one_of
from convexify.relaxations.path_norm import PENALTIES


def truncate_rank(X, rank):
    """Best approximation of lower rank, and its spectral distance σ_{k+1}.

    Parameters
    ----------
    X : array_like, shape (n, d)
    rank : int
        k, at least 1 and at most the rank of ``X``.

    Returns
    -------
    ndarray, shape (n, d)
    float

    Raises
    ------
    ValueError
        If ``rank`` is out of range.

    Examples
    --------
    >>> truncate_rank(np.diag([3.0, 2.0, 1.0]), 2)[1]
    1.0
    """
    X = as_matrix("X", X)
    U, values, Vt = np.linalg.svd(X, full_matrices=False)
    full = int((values > values[0] * max(X.shape) * np.finfo(float).eps).sum())
    rank = as_integer("rank", rank, minimum=1, maximum=full)
    return (U[:, :rank] * values[:rank]) @ Vt[:rank], float(values[rank]) if rank < full else 0.0


def transfer_bound(objective, sigma, beta, neurons, *, penalty="path"):
    """Bound P (1 + δ √P / (√2 β))² on an objective on data at most ``sigma`` away from those of ``objective``.

    Parameters
    ----------
    objective : float
        P, at least 0.
    sigma : float
        Spectral norm of the difference of the data, at least 0.
    beta : float
        More than 0.
    neurons : int
        m of a branch.
    penalty : {"path", "weight decay"}

    Returns
    -------
    float
    """
    objective = as_number("objective", objective, minimum=0)
    return objective * (1 + _slope(sigma, beta, neurons, penalty) * np.sqrt(objective)) ** 2


def optimum_interval(primal, dual, sigma, beta, neurons, *, penalty="path"):
    r"""Interval of the optimum on X from a certified program on data ``sigma`` away.

    Parameters
    ----------
    primal, dual : float
        Objective of a network and lower bound of the program on the approximated data.
    sigma, beta, neurons, penalty
        As in `transfer_bound`.

    Returns
    -------
    low, high : float
        Every network has at least the objective ``low`` on X, the network of ``primal`` at most ``high``.

    Notes
    -----
    ``low`` solves :math:`\sqrt{D}=q(1+aq)` for :math:`q=\sqrt{P^*}`, :math:`a=\delta/(\sqrt2\beta)`, D the dual value.

    Examples
    --------
    >>> optimum_interval(1.0, 1.0, 0.0, 0.1, 2)
    (1.0, 1.0)
    """
    a, root = _slope(sigma, beta, neurons, penalty), np.sqrt(as_number("dual", dual, minimum=0))
    low = (2 * root / (1 + np.sqrt(1 + 4 * a * root))) ** 2
    return float(low), float(transfer_bound(primal, sigma, beta, neurons, penalty=penalty))


def _slope(sigma, beta, neurons, penalty):
    """δ / (√2 β)."""
    sigma, beta = as_number("sigma", sigma, minimum=0), as_number("beta", beta, above=0)
    neurons = as_integer("neurons", neurons, minimum=1)
    factor = np.sqrt(neurons) if one_of("penalty", penalty, PENALTIES) == "path" else 1.0
    return factor * sigma / (np.sqrt(2) * beta)
