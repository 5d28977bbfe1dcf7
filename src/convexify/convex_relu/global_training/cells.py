"""Exact pricing for small data and one output: every cell of the arrangement, one projection onto a cone each."""

import numpy as np

from convexify.convex_relu.patterns.arrangements import PARALLEL_TOLERANCE, enumerate_patterns
from convexify.convex_relu.programs.cone_projection import project_onto_cones

#: Largest number of cells that is enumerated.
MOST_CELLS = 1000


class Cells:
    r"""Maximum of :math:`|\nu^\top(Zu)_+|` over ‖u‖ = 1 as the largest of its maxima over all cells.

    Notes
    -----
    On the cell of a pattern ``D`` the function is :math:`\pm u^\top Z^\top D\nu`, and its maximum over the cell's unit
    vectors is the norm of the projection of :math:`\pm Z^\top D\nu` onto the cell. The projection is that point plus
    :math:`Z^\top(2D-I)\mu` with :math:`\mu\ge0`, which proves its norm to be a bound, whatever its accuracy.
    """

    def __init__(self, problem):
        self.problem = problem
        patterns = enumerate_patterns(problem.Z, max_patterns=4 * MOST_CELLS)
        self.patterns = patterns.astype(float)
        self.signs = np.tile(2.0 * patterns - 1.0, 2)
        self.support = [np.empty(0, int)] * self.signs.shape[1]
        self.merged = _merged(problem.Z)

    def maxima(self, nu):
        """Directions (r, k) and values (k,) above the penalty, the largest first, and a proved bound."""
        problem, beta = self.problem, self.problem.beta
        correlation = problem.Z.T @ (nu * self.patterns)
        points = np.hstack([correlation, -correlation])
        norms = np.linalg.norm(points, axis=0)
        likely = np.flatnonzero(norms > beta)
        if len(likely):
            projected, _, support = project_onto_cones(
                problem.Z, self.signs[:, likely], points[:, likely], [self.support[g] for g in likely], enough=beta
            )
            for g, rows in zip(likely, support, strict=True):
                self.support[g] = rows
            norms[likely] = np.linalg.norm(projected, axis=0)
            projected = projected[:, norms[likely] > beta]
        else:
            projected = points[:, :0]
        directions = projected / np.linalg.norm(projected, axis=0)
        values = np.abs(problem.features(directions).T @ nu)[:, 0]
        order = np.argsort(-values, kind="stable")
        slack = problem.rounding(nu) + problem.outside(nu) + float(np.abs(nu[:, 0]) @ self.merged)
        return directions[:, order], values[order], float(norms.max()) + slack


def _merged(Z):
    """For each row how far (Zu)₊ can be off because almost parallel rows count as one hyperplane; 0 for copies."""
    length = np.linalg.norm(Z, axis=1)
    normals = Z / np.where(length > 0, length, 1.0)[:, None]
    apart = np.minimum(*(np.linalg.norm(normals[:, None] + sign * normals[None], axis=2) for sign in (1, -1)))
    return length * np.where(apart <= 2 * PARALLEL_TOLERANCE, apart, 0.0).max(axis=1)
