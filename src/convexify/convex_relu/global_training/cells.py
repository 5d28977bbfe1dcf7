"""Exact pricing for small data and one output: every cell of the arrangement, one projection onto a cone each."""

from itertools import combinations

import numpy as np
from scipy.optimize import nnls

from convexify.convex_relu.patterns.arrangements import PARALLEL_TOLERANCE, distinct_columns
from convexify.convex_relu.programs.cone_projection import project_onto_cones

#: Largest number of cells that is enumerated.
MOST_CELLS = 1000
#: Unit normals count as known to this.
_PRECISION = 1e-14
_LOOSE, _PENALTY = 1e-9, 1e5  # relative excess of a cell's bound that is worth a second one, and its factor c


class Cells:
    r"""Maximum of :math:`|\nu^\top(Zu)_+|` over ‖u‖ = 1 as the largest of its maxima over all cells.

    ``patterns, off`` are those of `covering_patterns`.

    Notes
    -----
    On the cell of a pattern ``D`` the function is :math:`\pm u^\top Z^\top D\nu`, and its maximum over the cell's unit
    vectors is the norm of the projection of :math:`\pm Z^\top D\nu` onto the cone. The projection is that point plus
    :math:`Z^\top(2D-I)\mu` with :math:`\mu\ge0`, which proves its norm to be a bound, whatever its accuracy.

    The cells are those of rows that are off by up to :math:`e_i`. Where ``u`` is on the wrong side of a row of the cell
    it is counted to, :math:`|z_i^\top u|\le e_i`: that cell's bound holds at ``u`` up to :math:`(|\nu|+\mu)^\top e`.
    """

    def __init__(self, problem, patterns, off):
        self.problem, self.off = problem, off
        self.patterns = patterns.astype(float)
        self.signs = np.tile(2.0 * patterns - 1.0, 2)
        self.support = [np.empty(0, int)] * self.signs.shape[1]

    def maxima(self, nu):
        """Directions (r, k) and values (k,) above the penalty, the largest first, and a proved bound."""
        problem, beta = self.problem, self.problem.beta
        correlation = problem.Z.T @ (nu * self.patterns)
        points = np.hstack([correlation, -correlation])
        norms = np.linalg.norm(points, axis=0)
        bounds = norms.copy()
        likely = np.flatnonzero(norms > beta)
        if len(likely):
            projected, multipliers, support = project_onto_cones(
                problem.Z, self.signs[:, likely], points[:, likely], [self.support[g] for g in likely], enough=beta
            )
            norms[likely] = np.linalg.norm(projected, axis=0)
            for g, rows, mu in zip(likely, support, multipliers, strict=True):
                self.support[g] = rows
                bounds[g] = norms[g] + mu @ self.off[rows]
            projected = projected[:, norms[likely] > beta]
        else:
            projected = points[:, :0]
        directions = projected / np.linalg.norm(projected, axis=0)
        values = np.abs(problem.features(directions).T @ nu)[:, 0]
        for g in np.flatnonzero(bounds > max(beta, norms.max()) * (1 + _LOOSE)):
            bounds[g] = min(bounds[g], self._with_small_multipliers(points[:, g], self.signs[:, g]))
        order = np.argsort(-values, kind="stable")
        slack = problem.rounding(nu) + problem.outside(nu) + float(np.abs(nu[:, 0]) @ self.off)
        return directions[:, order], values[order], float(bounds.max()) + slack

    def _with_small_multipliers(self, point, signs):
        """A bound for a cone that is so thin that the multipliers of the projection onto it are too large to be used.

        The penalty on what they cost makes the bound larger than the best one by no more than a factor 1 + 1/(2c²).
        """
        length = np.linalg.norm(self.problem.Z, axis=1)
        length[length == 0] = 1.0
        cone, off = (self.problem.Z * (signs / length)[:, None]).T, self.off / length
        try:
            multipliers, _ = nnls(np.vstack([cone, _PENALTY * off]), np.append(-point, 0.0))
        except RuntimeError:  # too many iterations
            return np.inf
        return float(np.linalg.norm(point + cone @ multipliers) + multipliers @ off)


def covering_patterns(Z):
    r"""Patterns (n, P) among which are those of all open cells, and how far each row may be off for that, (n,).

    None if rounding leaves so many signs in doubt that there are more than four times `MOST_CELLS`.

    Notes
    -----
    A cell of lines that span the space has a vertex: a ray on which ``r - 1`` independent lines meet. So the signs of
    all rows at a vertex, with either sign for those rows that are 0 there, are the patterns of all cells around it.
    Where rounding leaves a sign in doubt both are listed, so that none can be missed: a pattern that no ``u`` has has a
    cone without interior and does no harm. If they are too many, rows that are almost copies count as copies.
    """
    length = np.linalg.norm(Z, axis=1)
    cutting = length > 0
    normals = Z[cutting] / length[cutting, None]
    for same in (_PRECISION, PARALLEL_TOLERANCE):
        first, which, side, apart = _copies(normals, same)
        # in coordinates in which the lines point in all directions alike: the same cells, if rows are known so far
        lines = np.linalg.svd(normals[first], full_matrices=False)[0]
        cells = _around_vertices(lines / np.linalg.norm(lines, axis=1)[:, None])
        if cells is not None:
            break
    else:
        return None
    patterns = np.ones((len(Z), len(cells)), dtype=bool)
    patterns[cutting] = cells.T[which] == side[:, None]
    # independent lines have every sign vector, whatever rounding does to them
    doubt = 10 * _PRECISION * np.sqrt(len(first)) if len(first) > lines.shape[1] else 0.0
    off = np.zeros(len(Z))
    off[cutting] = length[cutting] * (apart + doubt + 4 * np.finfo(float).eps * (len(Z) + 16))
    return patterns, off


def _copies(normals, tolerance):
    """Rows that are no copies of earlier ones; for each row which of them, whether the same way, how far apart."""
    distance = np.array([np.linalg.norm(normals[:, None] + sign * normals, axis=2) for sign in (1, -1)])
    which = (distance.min(axis=0) <= tolerance).argmax(axis=1)
    while (which[which] < which).any():
        which = which[which]
    first, position = np.unique(which, return_inverse=True)
    to_first = distance[:, np.arange(len(normals)), which]
    return first, position, to_first.argmin(axis=0) == 1, to_first.min(axis=0)


def _around_vertices(lines):
    """Sign vectors (P, m) of all cells around the vertices of unit ``lines`` (m, r) of rank r, or None."""
    count, rank = lines.shape
    if count == rank:
        return _signs(rank)
    chosen = np.array(list(combinations(range(count), rank - 1)))
    _, values, vt = np.linalg.svd(lines[chosen])
    independent = values[:, -1] > 10 * _PRECISION
    margin = vt[independent, -1] @ lines.T
    free = np.abs(margin) <= 10 * _PRECISION / values[independent, -1:]
    np.put_along_axis(free, chosen[independent], True, axis=1)
    if np.exp2(free.sum(axis=1)).sum() > 100 * MOST_CELLS:
        return None
    cells = []
    for row, at in zip(margin > 0, free, strict=True):
        signs = np.tile(row, (2 ** at.sum(), 1))
        signs[:, at] = _signs(at.sum())
        cells += [signs, ~signs]
    cells = np.vstack(cells)
    cells = cells[distinct_columns(cells.T)]
    return None if len(cells) > 4 * MOST_CELLS else cells


def _signs(count):
    """All sign vectors (2^count, count)."""
    return (np.arange(2**count)[:, None] >> np.arange(count)) % 2 == 1
