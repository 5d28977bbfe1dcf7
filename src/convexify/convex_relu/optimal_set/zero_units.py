"""Networks with a zero unit, and whether a small change of that unit lowers the objective."""

import numpy as np

from convexify.checks import as_integer, as_matrix, as_number, as_vector


def deepest_probe(X, y, beta, hidden, output, *, probes=3600, radius=1e-4):
    r"""Least change of the objective over its square radius when a zero unit is set to a small one, over many.

    Parameters
    ----------
    X : array_like, shape (n, 2)
        Rows are samples; two features, so that directions can be tried all around the circle.
    y : array_like, shape (n,)
    beta : float
        Of :math:`\tfrac12\|f-y\|^2+\tfrac\beta2\sum_j(\|w_j\|^2+\alpha_j^2)`.
    hidden, output : array_like, shapes (2, m) and (m,)
        The network without its zero unit.
    probes : int
        Directions tried, at equal angles.
    radius : float
        Length ``r`` of ``w`` and ``|α|`` of the unit that is tried.

    Returns
    -------
    float
        Smallest :math:`(F(\theta\oplus(ru,\pm r))-F(\theta))/r^2`; negative if some probe lowers the objective.

    Notes
    -----
    The change is :math:`r^2(\beta\mp\nu^\top(Xu)_+)+\tfrac12r^4\|(Xu)_+\|^2` with the residual :math:`\nu=y-f`; summed
    in this form it is exact where the difference of two objectives would be rounding.

    Theorem [1]_, for this objective: a local minimum with a zero unit is global. Proof: no probe lowers the objective,
    so :math:`|\nu^\top(Xu)_+|\le\beta` for all unit vectors (let ``r`` go to 0), that is, ``ν`` is dual feasible.
    Scaling unit ``j`` by ``1 + t`` does not lower it to first order either, so
    :math:`\alpha_j\nu^\top(Xw_j)_+=\tfrac\beta2(\|w_j\|^2+\alpha_j^2)`; the sum over the units says that
    :math:`\nu^\top f` is the penalty, hence :math:`F=\tfrac12\|y\|^2-\tfrac12\|y-\nu\|^2`, the dual value of ``ν``.
    So the proof asks for less than a local minimum: a network that is stationary in the scales of its units, with a
    zero unit that no probe can use. A stationary point with a zero unit may well be above the optimum, such as the
    network that is zero altogether.

    References
    ----------
    .. [1] Haeffele, Vidal (2015), Global optimality in tensor factorization, deep learning, and beyond, arXiv
       1506.07540; (2017), Global optimality in neural network training, CVPR (not read; proved here).

    Examples
    --------
    The zero network on one sample: a unit with the target's sign lowers the objective if ``|y| > β``.

    >>> X, none = [[1.0, 0.0]], np.zeros(0)
    >>> [round(deepest_probe(X, [y], 0.5, np.zeros((2, 0)), none), 6) for y in (0.4, 2.0)]
    [0.1, -1.5]
    """
    X, beta = as_matrix("X", X, columns=2), as_number("beta", beta, above=0.0)
    y, radius = as_vector("y", y, length=len(X)), as_number("radius", radius, above=0.0)
    angles = 2 * np.pi * np.arange(as_integer("probes", probes, minimum=3)) / probes
    responses = np.maximum(X @ np.vstack([np.cos(angles), np.sin(angles)]), 0.0)
    residual = y - np.maximum(X @ hidden, 0.0) @ output
    changes = beta - np.abs(residual @ responses) + 0.5 * radius**2 * (responses**2).sum(axis=0)
    return float(changes.min())
