"""Activation patterns of one ReLU neuron: every cell of the hyperplane arrangement that the samples cut."""

import math

import numpy as np
from scipy.linalg import qr, solve_triangular
from scipy.spatial import cKDTree

from convexify.checks import as_integer, as_matrix

#: Two hyperplanes whose unit normals, with columns of size 1, are closer than this are treated as one.
PARALLEL_TOLERANCE = 1e-10
#: Largest dimension in which cells are counted: beyond it the count has millions of digits.
MOST_DIMENSIONS = 10_000


def enumerate_patterns(X, *, max_patterns=100_000, return_gates=False):
    r"""Every activation pattern :math:`1[Xu\ge0]` that an open set of weight vectors ``u`` has.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    max_patterns : int
        Largest number of patterns that may be returned.
    return_gates : bool
        Return a weight vector for every pattern as well.

    Returns
    -------
    patterns : ndarray of bool, shape (n, P)
        Distinct columns, in the lexicographic order of their bits (sample 0 first, False before True).
    gates : ndarray, shape (d, P)
        Only if ``return_gates``: a point strictly inside each cone, ``(X @ gates >= 0) == patterns``.

    Raises
    ------
    ValueError
        If ``X`` is empty or not finite, or has more than ``max_patterns`` patterns.

    Notes
    -----
    These are the full-dimensional cells. A weight vector on a hyperplane :math:`x_i^\top u=0` lies in the closed cone
    of a neighbouring cell, where :math:`D_iXu=(Xu)_+` holds as well, so lower-dimensional patterns add nothing to the
    convex program. Rows that are zero are True in every pattern and cut nothing; duplicate and parallel rows share one
    hyperplane (:data:`PARALLEL_TOLERANCE`), and their bits agree or are opposite.

    Neither the units of rows and columns matter nor an offset: the work is done in coordinates in which the rows point
    in all directions alike. Floating point sets a limit where many rows are almost copies of others: in four and more
    dimensions cells between several such pairs may be missing if the pairs differ by less than a relative 1e-5.

    The arrangement is built hyperplane by hyperplane. The cells that a new hyperplane cuts
    are the cells of the arrangement that the earlier ones leave on it, one dimension lower; so the recursion ends at
    lines in a plane, sorted by angle, and visits nothing but cells: no linear program is needed. In general position
    and rank ``r`` their number is :func:`general_position_count` [1]_, otherwise it is smaller.

    References
    ----------
    .. [1] Cover (1965), Geometrical and statistical properties of systems of linear inequalities, IEEE Trans. Electron.
       Comput.

    Examples
    --------
    Five points on a line with a ones column lie in general position in the plane:

    >>> X = np.column_stack([np.arange(-2.0, 3.0), np.ones(5)])
    >>> enumerate_patterns(X).shape[1], general_position_count(5, 2)
    (10, 10)
    """
    X = as_matrix("X", X)
    max_patterns = as_integer("max_patterns", max_patterns, minimum=1)
    cutting = X.any(axis=1)
    if not cutting.any():
        gates = np.ones((X.shape[1], 1))
        return _answer(X, np.ones((len(X), 1), dtype=bool), gates, return_gates)
    # patterns do not depend on units of columns and rows; powers of two, so that parallel rows stay parallel exactly
    units = _binary_size(X, axis=0)
    normals = X[cutting] / units
    normals /= _binary_size(normals, axis=1)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    lines, which, side, _ = _distinct_lines(normals, np.full(len(normals), PARALLEL_TOLERANCE))
    lines, back, error = _whitened(lines)
    cells, points = _cells(lines, error, np.zeros((0, lines.shape[1])), max_patterns)
    patterns = np.ones((len(X), len(cells)), dtype=bool)
    patterns[cutting] = cells.T[which] == side[:, None]
    gates = back @ points.T / units.T
    return _answer(X, patterns, gates / np.linalg.norm(gates, axis=0), return_gates)


def general_position_count(n, rank):
    """Number 2 Σ_{k<rank} C(n-1, k) of cells that n hyperplanes through 0 in general position cut out of R^rank."""
    n, rank = as_integer("n", n, minimum=1), as_integer("rank", rank, minimum=1)
    as_integer("rank (or n, if that is smaller)", min(n, rank), maximum=MOST_DIMENSIONS)
    return 2 * sum(math.comb(n - 1, k) for k in range(min(n, rank)))


def distinct_columns(patterns):
    """Indices of the first occurrence of every distinct column of a boolean matrix, ascending."""
    return np.sort(np.unique(_keys(patterns.T), return_index=True)[1])


def _answer(X, patterns, gates, return_gates):
    order = np.argsort(_keys(patterns.T))
    patterns, gates = patterns[:, order], gates[:, order]
    return (patterns, gates) if return_gates else patterns


def _cells(lines, error, flat, limit):
    """Sign vectors (cells, lines) and unit points (cells, r) of the cells that ``lines`` cut out of a flat.

    Lines are unit rows; the flat is orthogonal to the unit rows ``flat`` (k, r). Lines that are the same on the flat
    within what an ``error`` in all of these rows does to them count as the same there.
    """
    if len(lines) == 0:
        return np.zeros((1, 0), dtype=bool), np.zeros((1, flat.shape[1]))
    on_flat, off = _restricted(lines, error, flat)
    on_flat, which, side, kept = _distinct_lines(on_flat, off)
    normals, basis = _row_space(on_flat, off[kept])
    count, rank = normals.shape
    if rank == 1:
        signs, points = np.array([[False], [True]]), np.array([[-1.0], [1.0]]) * np.sign(normals[0, 0])
    elif count == rank:
        signs, points = _orthant_cells(normals, limit)
    elif rank == 2:
        signs, points = _sectors(normals, limit)
    else:
        signs, points = _line_by_line(lines[kept], error, flat, normals, basis, limit)
    return signs[:, which] == side, points @ basis.T


def _line_by_line(lines, error, flat, normals, basis, limit):
    """Cells of lines that have distinct unit ``normals`` (count, rank) in the orthonormal ``basis`` of their span."""
    # the most independent lines first: they are a well conditioned frame for those that come later
    order = qr(normals.T, mode="r", pivoting=True)[1]
    lines, normals = lines[order], normals[order]
    signs, points = np.zeros((1, 0), dtype=bool), np.zeros((1, normals.shape[1]))
    for k, normal in enumerate(normals):
        cut, on_hyperplane = _cells(lines[:k], error, np.vstack([flat, lines[k]]), limit)
        on_hyperplane = on_hyperplane @ basis
        whole = ~np.isin(_keys(signs), _keys(cut))
        step = _safe_step(normals[:k], on_hyperplane, normal)
        signs = np.vstack([
            np.column_stack([signs[whole], points[whole] @ normal > 0]),
            np.column_stack([cut, np.zeros(len(cut), dtype=bool)]),
            np.column_stack([cut, np.ones(len(cut), dtype=bool)]),
        ])  # fmt: skip
        points = np.vstack([points[whole], on_hyperplane - step * normal, on_hyperplane + step * normal])
        points /= np.linalg.norm(points, axis=1)[:, None]
        _check_count(len(signs), limit)
    return signs[:, np.argsort(order)], points


def _restricted(lines, error, flat):
    """Unit normals (lines, r) of the lines within the flat, and how far an error in all rows moves them there.

    From the lines themselves, not from what a larger flat left of them: cancellation does not pile up.
    """
    frame, triangle = qr(flat.T)
    along, across = np.split(lines @ frame, [len(flat)], axis=1)
    shares = np.abs(solve_triangular(triangle[: len(flat)], along.T)).sum(axis=0) if len(flat) else np.zeros(len(lines))
    length = np.linalg.norm(across, axis=1)
    return across @ frame[:, len(flat) :].T / length[:, None], error * (1 + shares) / length


def _orthant_cells(normals, limit):
    """All 2^r sign vectors of r linearly independent lines."""
    rank = len(normals)
    _check_count(2**rank, limit)
    signs = (np.arange(2**rank)[:, None] >> np.arange(rank)) % 2 == 1
    points = np.linalg.solve(normals, (2.0 * signs - 1.0).T).T
    return signs, points / np.linalg.norm(points, axis=1)[:, None]


def _sectors(normals, limit):
    """The 2k sectors that k distinct lines cut out of a plane: bisect neighbouring boundary directions."""
    _check_count(2 * len(normals), limit)
    angles = np.sort((np.arctan2(normals[:, 1], normals[:, 0]) + np.pi / 2) % np.pi)
    middles = (angles + np.append(angles[1:], angles[0] + np.pi)) / 2
    middles = np.concatenate([middles, middles + np.pi])
    points = np.column_stack([np.cos(middles), np.sin(middles)])
    return points @ normals.T > 0, points


def _safe_step(earlier, points, normal):
    """Half the distance, shape (points, 1), that each point may move along ``normal`` before an earlier line is met."""
    if len(earlier) == 0:
        return np.ones((len(points), 1))
    slope = np.abs(earlier @ normal)
    room = np.abs(points @ earlier.T) / np.where(slope > 0, slope, np.finfo(float).tiny)
    return 0.5 * np.minimum(room.min(axis=1), 1.0)[:, None]


def _distinct_lines(normals, tolerance):
    """Distinct lines among unit ``normals``; each row's line and if it points the same way; which rows are kept.

    A row joins a line that is within its own ``tolerance`` (n,): the most precise rows come first.
    """
    n = len(normals)
    near = cKDTree(np.vstack([normals, -normals])).query_ball_point(normals, tolerance)
    which, side, position = np.empty(n, dtype=int), np.empty(n, dtype=bool), {}
    for i in np.argsort(tolerance, kind="stable"):
        k = next((k for k in near[i] if k % n in position), i)
        which[i], side[i] = position.setdefault(k % n, len(position)), k < n
    kept = np.array(list(position))
    return normals[kept], which, side, kept


def _row_space(normals, error):
    """Coordinates (k, r) of the rows in an orthonormal basis (d, r) of their span."""
    _, values, vt = np.linalg.svd(normals, full_matrices=False)
    basis = vt[: max(1, int((values > np.linalg.norm(error)).sum()))].T
    coordinates = normals @ basis
    return coordinates / np.linalg.norm(coordinates, axis=1)[:, None], basis


def _whitened(normals):
    """Unit rows (k, r) that have the same cells and point in all directions alike, the map (d, r) of points, the error.

    The cells are those of normals that are off by rounding; ``error`` is what rounding does to the unit rows.
    """
    left, values, vt = np.linalg.svd(normals, full_matrices=False)
    rank = int((values > values[0] * max(normals.shape) * 1e-14 + 0.1 * PARALLEL_TOLERANCE).sum())
    length = np.linalg.norm(left[:, :rank], axis=1)
    error = 2 * np.finfo(float).eps * values[0] / values[rank - 1] / length.min()
    return left[:, :rank] / length[:, None], vt[:rank].T / values[:rank], error


def _binary_size(array, axis):
    """The power of two above the largest modulus along ``axis``, which is kept; 1 where all is 0."""
    return np.exp2(np.frexp(np.abs(array).max(axis=axis, keepdims=True))[1].astype(float))


def _keys(rows):
    """One sortable key per boolean row; the order is lexicographic, False before True."""
    rows = np.asarray(rows, dtype=bool)
    packed = np.packbits(np.column_stack([np.zeros((len(rows), 1), dtype=bool), rows]), axis=1)
    return np.ascontiguousarray(packed).view(f"V{packed.shape[1]}").ravel()


def _check_count(count, limit):
    if count > limit:
        raise ValueError(
            f"max_patterns: expected an arrangement of at most {limit} patterns, got more than that; "
            "raise max_patterns, or draw patterns with sample_patterns"
        )
