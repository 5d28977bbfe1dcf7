"""Activation patterns of one ReLU neuron: every cell of the hyperplane arrangement that the samples cut."""

import math

import numpy as np
from scipy.spatial import cKDTree

from convexify.checks import as_integer, as_matrix

#: Two hyperplanes whose unit normals are closer than this are treated as one.
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

    The arrangement is built hyperplane by hyperplane in the row space of ``X``. The cells that a new hyperplane cuts
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
    length = np.linalg.norm(X, axis=1)
    if not length.any():
        gates = np.ones((X.shape[1], 1))
        return _answer(X, np.ones((len(X), 1), dtype=bool), gates, return_gates)
    cutting = length > 0
    normals = X[cutting] / length[cutting, None]
    lines, which, side = _distinct_lines(normals)
    coordinates, basis = _row_space(lines)
    cells, points = _cells(coordinates, max_patterns)
    patterns = np.ones((len(X), len(cells)), dtype=bool)
    patterns[cutting] = cells.T[which] == side[:, None]
    return _answer(X, patterns, basis @ points.T, return_gates)


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


def _cells(normals, limit):
    """Sign vectors (cells, lines) and interior points (cells, r) of distinct lines with unit normals of full rank r."""
    count, rank = normals.shape
    if rank == 1:
        return np.array([[False], [True]]), np.array([[-1.0], [1.0]]) * np.sign(normals[0, 0])
    if count == rank:
        return _orthant_cells(normals, limit)
    if rank == 2:
        return _sectors(normals, limit)
    signs, points = np.zeros((1, 0), dtype=bool), np.zeros((1, rank))
    for k, normal in enumerate(normals):
        cut, on_hyperplane = _cells_on(normal, normals[:k], limit)
        whole = ~np.isin(_keys(signs), _keys(cut))
        step = _safe_step(normals[:k], on_hyperplane, normal)
        signs = np.vstack([
            np.column_stack([signs[whole], points[whole] @ normal > 0]),
            np.column_stack([cut, np.zeros(len(cut), dtype=bool)]),
            np.column_stack([cut, np.ones(len(cut), dtype=bool)]),
        ])  # fmt: skip
        points = np.vstack([points[whole], on_hyperplane - step * normal, on_hyperplane + step * normal])
        _check_count(len(signs), limit)
    return signs, points


def _cells_on(normal, earlier, limit):
    """Cells of the arrangement that ``earlier`` lines cut out of the hyperplane orthogonal to ``normal``."""
    if len(earlier) == 0:
        return np.zeros((1, 0), dtype=bool), np.zeros((1, len(normal)))
    on = earlier - np.outer(earlier @ normal, normal)
    on /= np.linalg.norm(on, axis=1)[:, None]
    lines, which, side = _distinct_lines(on)
    coordinates, basis = _row_space(lines)
    signs, points = _cells(coordinates, limit)
    points = points @ basis.T
    return signs[:, which] == side, points / np.linalg.norm(points, axis=1)[:, None]


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


def _distinct_lines(normals):
    """Distinct lines among unit ``normals``; for each row its line's index and whether it points the same way."""
    n = len(normals)
    tree = cKDTree(np.vstack([normals, -normals]))
    first = np.array([min(near, key=lambda i: i % n) for near in tree.query_ball_point(normals, PARALLEL_TOLERANCE)])
    kept, which = np.unique(first % n, return_inverse=True)
    return normals[kept], which, first < n


def _row_space(normals):
    """Coordinates (k, r) of the rows in an orthonormal basis (d, r) of their span."""
    _, values, vt = np.linalg.svd(normals, full_matrices=False)
    rank = int((values > values[0] * max(normals.shape) * 1e-14 + 0.1 * PARALLEL_TOLERANCE).sum())
    basis = vt[:rank].T
    coordinates = normals @ basis
    return coordinates / np.linalg.norm(coordinates, axis=1)[:, None], basis


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
