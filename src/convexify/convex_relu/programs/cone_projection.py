"""Euclidean projection onto the cones of activation patterns."""

import time

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import nnls

_PATIENCE, _PIVOTS = 3, 60  # rounds without progress, and in all, of block pivoting
_MANY = 300  # rows from which on it is faster than Lawson and Hanson's method, which is compiled
_REFINEMENTS = 2  # of a solution with the Gram matrix, which squares the condition
_ROUNDING = 1e-14  # of a row's product, relative to the point
_CHUNK = 1_000_000  # rows times groups that are looked after at once


def project_onto_cones(X, signs, points, support=None, *, tolerance=1e-14, outputs=1, enough=0.0, product=None):
    r"""Euclidean projection of each point onto its own polyhedral cone :math:`\{u : \mathrm{diag}(\sigma_g)Xu\ge0\}`.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Rows are samples.
    signs : ndarray, shape (n, G)
        ±1; column ``g`` belongs to point ``g``.
    points : ndarray, shape (d, G)
    support : list of ndarray of int, optional
        For each point, rows that are likely to bind, such as the third result of an earlier call.
    tolerance : float
        Violation that is left alone, relative to the length of the point and of the row.
    outputs, enough : int and float
        Stop early for each block of ``outputs`` successive points once its joint norm is proved to be at most
        ``enough``: then the projection onto a larger cone is returned.
    product : callable, optional
        ``u -> X @ u``, for instance on another device.

    Returns
    -------
    projections : ndarray, shape (d, G)
    multipliers : list of ndarray
        Positive, one for each row in ``support``: ``projections[:, g] = points[:, g] + X[s].T @ (signs[s, g] * m)``.
    support : list of ndarray of int
        Rows with a positive multiplier.

    Notes
    -----
    By Moreau's decomposition the projection is :math:`z+B^\top\mu` for the :math:`\mu\ge0` of least residual [1]_. At
    most ``d`` rows bind, so the non-negative least squares problem is solved on a small set of rows, rows found
    violated are added, rows with a zero multiplier leave, until none is violated. The distance to ``z`` grows strictly
    from one set to the next, so no set returns and the method is finite. On a set, block principal pivoting [2]_ starts
    from the rows that were positive before: a few Cholesky factors, one if they are the right ones. Where rows are
    few, it meets dependent rows or loses digits, the problem on the set goes to Lawson and Hanson's method.

    References
    ----------
    .. [1] Moreau (1962), Fonctions convexes duales et points proximaux dans un espace hilbertien, C. R. Acad. Sci.
    .. [2] Portugal, Júdice, Vicente (1994), A comparison of block pivoting and interior-point algorithms for linear
       least squares problems with nonnegative variables, Math. Comp.
    """
    n, d = X.shape
    count = points.shape[1]
    length = np.linalg.norm(X, axis=1)
    length[length == 0] = 1.0
    product = product or (lambda u: X @ u)
    projections = points.copy()
    support = [np.empty(0, int)] * count if support is None else list(support)
    multipliers = [np.empty(0)] * count
    slack = tolerance * np.linalg.norm(points, axis=0)
    active = np.arange(count)
    positive = [len(rows) for rows in support]
    for _ in range(50 + 10 * d):
        for g in active:
            if len(support[g]):
                cone = X[support[g]] * (signs[support[g], g] / length[support[g]])[:, None]
                projections[:, g], values = _project_onto_rows(cone, points[:, g], positive[g])
                support[g] = support[g][values > 0]
                positive[g] = len(support[g])
                multipliers[g] = values[values > 0] / length[support[g]]
        if enough > 0:
            small = np.linalg.norm(projections.reshape(d, -1, outputs), axis=(0, 2)) <= enough
            active = active[~small[active // outputs]]
        rows = product(projections[:, active])
        rows *= signs[:, active]
        rows /= length[:, None]
        outside = rows.min(axis=0) < -slack[active]
        active, rows = active[outside], rows[:, outside]
        unchanged = np.zeros(len(active), bool)
        for column, g in enumerate(active):
            values = rows[:, column]
            values[support[g]] = 0.0
            worst = np.argpartition(values, min(d, n - 1))[:d]
            worst = worst[values[worst] < -slack[g]]
            unchanged[column] = not len(worst)
            support[g] = np.concatenate([support[g], worst])
        active = active[~unchanged]  # only rows already in the set are violated: by rounding
        if not len(active):
            break
    for g in active:  # rounding kept adding rows: those without a multiplier do not belong to the answer
        support[g] = support[g][: len(multipliers[g])]
    return projections, multipliers, support


def repair(program, u, deadline=np.inf):
    """``u`` (d, P, c) with every column projected onto its cone where it is not inside to rounding.

    From ``time.perf_counter()`` at ``deadline`` on the groups that are still to do are zero instead, which is in every
    cone: on large data a projection takes seconds.
    """
    u = u.copy()
    p, c = program.shape[2:]
    outside = np.zeros((p, c), dtype=bool)
    for chunk, rows in program.cone_rows(u):
        outside[chunk] = rows.min(axis=0) < 0
    which, column = np.nonzero(outside)
    step = max(1, min(64, _CHUNK // len(program.X)))
    for start in range(0, len(which), step):
        group, output = which[start : start + step], column[start : start + step]
        if time.perf_counter() > deadline:
            u[:, which[start:]] = 0.0
            break
        signs = 2.0 * program.patterns[:, group] - 1.0
        u[:, group, output] = project_onto_cones(program.X, signs, u[:, group, output])[0]
    return u


def _project_onto_rows(cone, point, positive):
    """Projection of ``point`` onto {u : cone u >= 0} for few unit rows, and its multipliers.

    The first ``positive`` of them are likely to be positive.
    """
    if len(cone) == 1:
        value = np.maximum(-(cone @ point), 0.0) / np.sum(cone**2)
        return point + cone[0] * value, value
    rounds = _PIVOTS if len(cone) > _MANY else int(positive == len(cone))
    values = _block_pivoting(cone, point, np.arange(len(cone)) < positive, rounds)
    if values is None:
        values, _ = nnls(cone.T, -point, maxiter=100 + 20 * len(cone))
    return point + cone.T @ values, values


def _block_pivoting(cone, point, free, rounds):
    """Multipliers of the projection, ``free`` ones positive at first; None where it does not come to an end.

    Rows with the wrong sign change sides all at once while they become fewer, and the last of them alone when they have
    not for three rounds, until they do.
    """
    size, gram, right = np.linalg.norm(point), cone @ cone.T, cone @ point
    fewest, patience, free = len(cone) + 1, _PATIENCE, free.copy()
    for _ in range(rounds):
        rows = np.flatnonzero(free)
        values = np.zeros(len(cone))
        if len(rows) > len(point):
            return None
        if len(rows):
            factor, failed = lapack.dpotrf(gram[np.ix_(rows, rows)], lower=1)
            if failed:
                return None
            values[rows] = lapack.dpotrs(factor, -right[rows], lower=1)[0]
            for _ in range(_REFINEMENTS):
                missed = cone[rows] @ (point + cone.T @ values)
                values[rows] -= lapack.dpotrs(factor, missed, lower=1)[0]
        image = cone @ (point + cone.T @ values)
        wrong = np.where(free, values <= 0, image < -_ROUNDING * size)
        count = int(wrong.sum())
        if not count:
            exact = not len(rows) or np.abs(image[rows]).max() <= _ROUNDING * size
            return values if exact else None
        if count < fewest:
            fewest, patience = count, _PATIENCE
        elif patience:
            patience -= 1
        else:
            wrong[: np.flatnonzero(wrong)[-1]] = False
        free ^= wrong
    return None
