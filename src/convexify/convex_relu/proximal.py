"""Projection onto the cones of activation patterns, and the proximal operator of a norm restricted to such a cone."""

import numpy as np
from scipy.optimize import nnls


def project_onto_cones(X, signs, points, support=None):
    r"""Euclidean projection of each point onto its own polyhedral cone :math:`\{u : \mathrm{diag}(\sigma_g)Xu\ge0\}`.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Rows are samples.
    signs : ndarray, shape (n, G)
        ±1; column ``g`` belongs to point ``g``.
    points : ndarray, shape (d, G)
    support : list of ndarray of int, optional
        For each point, rows that are likely to bind: the third result of an earlier call.

    Returns
    -------
    projections : ndarray, shape (d, G)
    multipliers : ndarray, shape (n, G)
        Non-negative, with ``projections = points + X' (signs * multipliers)`` to rounding.
    support : list of ndarray of int
        Rows with positive multipliers.

    Notes
    -----
    By Moreau's decomposition the projection is :math:`z+B^\top\mu` for the :math:`\mu\ge0` of least residual [1]_. Few
    rows bind, so the non-negative least squares problem is solved on a small set of rows (Lawson and Hanson's method),
    rows found violated are added, rows with a zero multiplier leave, until none is violated. The residual grows strictly
    from one set to the next, so no set returns and the method is finite.

    References
    ----------
    .. [1] Moreau (1962), Fonctions convexes duales et points proximaux dans un espace hilbertien, C. R. Acad. Sci.
    """
    n, d = X.shape
    count = points.shape[1]
    length = np.linalg.norm(X, axis=1)
    unit = X / np.where(length > 0, length, 1.0)[:, None]
    multipliers, projections = np.zeros((n, count)), points.copy()
    support = [np.empty(0, int)] * count if support is None else list(support)
    tolerance = 1e-14 * np.linalg.norm(points, axis=0)
    waiting = [g for g in range(count) if len(support[g])]
    _solve_on_rows(unit, signs, points, support, waiting, projections, multipliers)
    waiting = np.arange(count)
    for _ in range(50 + 10 * d):
        rows = (unit @ projections[:, waiting]) * signs[:, waiting]
        still = rows.min(axis=0) < -tolerance[waiting]
        rows, waiting = rows[:, still], waiting[still]
        if not len(waiting):
            break
        earlier = [support[g] for g in waiting]
        for column, g in enumerate(waiting):
            values = rows[:, column]
            values[support[g]] = 0.0
            worst = np.argpartition(values, min(d, n - 1))[: min(d, n)]
            support[g] = np.concatenate([support[g], worst[values[worst] < -tolerance[g]]])
        _solve_on_rows(unit, signs, points, support, waiting, projections, multipliers)
        # the same rows again: what is left of the violation is rounding
        changed = [
            not np.array_equal(np.sort(old), np.sort(support[g])) for old, g in zip(earlier, waiting, strict=True)
        ]
        waiting = waiting[changed]
    return projections, multipliers / np.where(length > 0, length, 1.0)[:, None], support


def _solve_on_rows(unit, signs, points, support, which, projections, multipliers):
    for g in which:
        cone = unit[support[g]] * signs[support[g], g, None]
        values, _ = nnls(cone.T, -points[:, g], maxiter=20 * (len(cone) + len(points)))
        multipliers[:, g] = 0.0
        multipliers[support[g], g] = values
        projections[:, g] = points[:, g] + cone.T @ values
        support[g] = support[g][values > 0]


def shrink(points, amount):
    """Group soft-thresholding: each column of ``points`` (d, G) shortened by ``amount``, zero if it is shorter."""
    norms = np.linalg.norm(points, axis=0)
    return points * np.maximum(0.0, 1.0 - amount / np.where(norms > 0, norms, 1.0)) * (norms > 0)
