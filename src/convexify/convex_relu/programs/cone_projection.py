"""Euclidean projection onto the cones of activation patterns."""

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import nnls


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
    from one set to the next, so no set returns and the method is finite. The right set, known from an earlier call,
    costs one Cholesky factor; otherwise the problem on the set goes to Lawson and Hanson's method.

    References
    ----------
    .. [1] Moreau (1962), Fonctions convexes duales et points proximaux dans un espace hilbertien, C. R. Acad. Sci.
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
    for attempt in range(50 + 10 * d):
        for g in active:
            if len(support[g]):
                cone = X[support[g]] * (signs[support[g], g] / length[support[g]])[:, None]
                projections[:, g], values = _project_onto_rows(cone, points[:, g], likely=attempt == 0)
                support[g] = support[g][values > 0]
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


def repair(program, u):
    """``u`` (d, P, c) with every column projected onto its cone where it is not inside to rounding."""
    u = u.copy()
    p, c = program.shape[2:]
    outside = np.zeros((p, c), dtype=bool)
    for chunk, rows in program.cone_rows(u):
        outside[chunk] = rows.min(axis=0) < 0
    which, column = np.nonzero(outside)
    for start in range(0, len(which), 64):
        group, output = which[start : start + 64], column[start : start + 64]
        signs = 2.0 * program.patterns[:, group] - 1.0
        u[:, group, output] = project_onto_cones(program.X, signs, u[:, group, output])[0]
    return u


def _project_onto_rows(cone, point, likely):
    """Projection of ``point`` onto {u : cone u >= 0} for few unit rows and its multipliers, ``likely`` positive."""
    if len(cone) == 1:
        value = np.maximum(-(cone @ point), 0.0) / np.sum(cone**2)
        return point + cone[0] * value, value
    if likely and len(cone) <= len(point):
        factor, failed = lapack.dpotrf(cone @ cone.T, lower=1)
        if not failed:
            values = lapack.dpotrs(factor, -(cone @ point), lower=1)[0]
            if values.min() > 0:
                values -= lapack.dpotrs(factor, cone @ (point + cone.T @ values), lower=1)[0]  # one step of refinement
                projection = point + cone.T @ values
                if values.min() > 0 and np.abs(cone @ projection).max() <= 1e-14 * np.linalg.norm(point):
                    return projection, values
    values, _ = nnls(cone.T, -point, maxiter=100 + 20 * len(cone))
    return point + cone.T @ values, values
