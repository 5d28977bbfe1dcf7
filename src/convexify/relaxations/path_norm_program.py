r"""The group-sparse convex program of `convexify.relaxations.path_norm`: solver and certificate.

Few groups are not zero at the optimum, and few rows of their cones bind. So a program with some groups and rows is
solved, then the rows that it violates and groups whose dual bound exceeds β are added, until there are none. The
certificate trusts neither: the primal value is that of a network with its real activations, the dual value that of ν
scaled by proved bounds on all groups.
"""

import warnings
from dataclasses import dataclass

import clarabel
import numpy as np
from scipy.optimize import nnls
from scipy.sparse import block_array, csc_array, diags_array

from convexify.checks import as_integer, as_matrix, as_number, as_vector, check_squares, one_of
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.programs.losses import SquaredLoss
from convexify.relaxations.path_norm import PENALTIES, BranchPatterns, ParallelNetwork, dual_norms
from convexify.warnings import ConvergenceWarning

_LOSS = SquaredLoss()
_ROUNDS = 200
_ROW_TOLERANCE = 1e-10  # violation of a row, relative to row and block, that is left alone
_ZERO = 1e-9  # norm of a block, relative to the largest, that counts as none
_SLACK = 1e-9  # excess of a dual norm over β that is left to the scaling


@dataclass(frozen=True)
class PathNormSolution:
    """A network, a dual point and what they prove; see `solve_path_norm`.

    Attributes
    ----------
    network : ParallelNetwork
        One branch for each group that is not zero.
    nu : ndarray, shape (n,)
        Dual feasible for all groups.
    primal, dual, gap : float
        Objective of the network; proved lower bound on that of every network with these patterns; relative gap.
    groups, rounds : int
        Groups of the program; programs solved.
    """

    network: ParallelNetwork
    nu: np.ndarray
    primal: float
    dual: float
    gap: float
    groups: int
    rounds: int


def solve_path_norm(X, y, patterns, beta, *, penalty="path", tol=1e-6, added=40):
    r"""Best parallel three-layer network on given two-level patterns, certified.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    y : array_like, shape (n,)
    patterns : BranchPatterns
        All of `enumerate_branches` for the optimum over all networks.
    beta : float
        Strength of the penalty beside ½‖f − y‖², more than 0.
    penalty : {"path", "weight decay"}
        Norm of a branch, see `branch_norms`.
    tol : float
        Relative gap that is asked for.
    added : int
        Largest number of groups added in a round.

    Returns
    -------
    PathNormSolution

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape or is out of range.

    Warns
    -----
    ConvergenceWarning
        If the certified gap is above ``tol``.

    Notes
    -----
    For any :math:`\mu\ge0` the dual norm of :math:`\pm A_g^\top\nu` on the cone :math:`\{C_gV\ge0\}` is at most
    :math:`\|\pm A_g^\top\nu+C_g^\top\mu\|_*`. With the path norm the Euclidean projection onto the cone (Moreau) gives
    the best such bound; with weight decay any, and the multipliers of the small program where that is not enough.

    Examples
    --------
    >>> from convexify.relaxations.path_norm import enumerate_branches
    >>> X, y = np.column_stack([np.arange(-2.0, 2.0), np.ones(4)]), np.array([1.0, -1.0, 1.0, -1.0])
    >>> solution = solve_path_norm(X, y, enumerate_branches(X, 2), 0.05)
    >>> solution.gap <= 1e-6, bool(np.sign(solution.network.predict(X)).tolist() == y.tolist())
    (True, True)
    """
    program = GroupProgram(X, y, beta, penalty)
    program.append(patterns)
    return program.solve(tol=tol, added=added)


class GroupProgram:
    """A program to which groups can be added; a later solve goes on from the earlier one's groups and rows.

    Group ``g`` with sign o = +1 is number ``2 g``, with o = −1 number ``2 g + 1``. Parameters as in `solve_path_norm`.
    """

    def __init__(self, X, y, beta, penalty="path"):
        X = check_squares("X", as_matrix("X", X))
        y = check_squares("y", as_vector("y", y, length=len(X)))
        self.unit_x, self.unit_y = (float(np.linalg.norm(part)) / np.sqrt(len(X)) or 1.0 for part in (X, y))
        self.X, self.y = X / self.unit_x, y / self.unit_y
        self.beta = as_number("beta", beta, above=0) / (self.unit_x * self.unit_y)
        self.penalty = one_of("penalty", penalty, PENALTIES)
        self.patterns = None

    def append(self, patterns):
        """Add the groups of ``patterns``, `BranchPatterns`, that are not yet there."""
        known = 0 if self.patterns is None else len(self.patterns)
        _check_patterns(patterns, self.patterns, len(self.X))
        self.patterns = patterns if known == 0 else self.patterns + patterns
        new = self.patterns[known:]
        maps, cones = self._matrices(new)
        fresh = np.zeros((2 * len(new), maps.shape[2])), np.zeros((2 * len(new), cones.shape[1]), dtype=bool)
        if known == 0:
            self.maps, self.cones, (self.lifts, self.rows) = maps, cones, fresh
            self.active, self.blocks, self.nu = np.empty(0, dtype=int), np.empty((0, maps.shape[2])), self.y
        else:
            self.maps, self.cones = np.concatenate([self.maps, maps]), np.concatenate([self.cones, cones])
            self.lifts, self.rows = (np.concatenate(pair) for pair in zip((self.lifts, self.rows), fresh, strict=True))

    def solve(self, *, tol, added):
        """Solve to a relative gap of ``tol``, at most ``added`` new groups a round: a `PathNormSolution`."""
        tol, added = as_number("tol", tol, above=0), as_integer("added", added, minimum=1)
        rounds, more_rows = 0, False
        while True:
            violators = np.setdiff1d(self._violators(added), self.active)
            network, primal, dual, scale = self._certified()
            gap = relative_gap(primal, dual)
            if gap <= tol or rounds == _ROUNDS or not (more_rows or len(violators)):
                break
            rounds += 1
            self.active = np.concatenate([self.active, violators])
            self._solve_active()
            more_rows = self._add_rows()
            self._drop_zeros()
        if gap > tol:
            message = f"after {rounds} programs the certified gap {gap:.2e} is above tol {tol:.2e}"
            warnings.warn(message, ConvergenceWarning, stacklevel=3)
        network = ParallelNetwork(network.V * (self.unit_y / self.unit_x), network.signs, network.outputs)
        primal, dual = self.unit_y**2 * primal, self.unit_y**2 * dual
        return PathNormSolution(
            network, self.unit_y * scale * self.nu, primal, dual, gap, len(self.patterns), rounds
        )  # fmt: skip

    def _matrices(self, patterns):
        """A_g without o, (G, n, k), and the rows of the cones, (G, (m + 1) n, k), of length 1 or 0."""
        count, m, n = patterns.first.shape
        gated = patterns.first[..., None] * self.X * patterns.signs[:, :, None, None]  # (G, m, n, d)
        sums = gated.transpose(0, 2, 1, 3).reshape(count, n, -1)
        inner = np.zeros((count, m, n, m, self.X.shape[1]))
        for j in range(m):
            inner[:, j, :, j] = (2.0 * patterns.first[:, j, :, None] - 1.0) * self.X
        outer = sums * (2.0 * patterns.second[..., None] - 1.0)
        cones = np.concatenate([inner.reshape(count, m * n, -1), outer], axis=1)
        length = np.linalg.norm(cones, axis=2, keepdims=True)
        return sums * patterns.second[..., None], cones / np.where(length > 0, length, 1.0)

    def _correlations(self):
        """±A_gᵀν of all numbers, (2G, k)."""
        each = np.einsum("gnk,n->gk", self.maps, self.nu)
        return np.stack([each, -each], axis=1).reshape(2 * len(each), -1)

    def _dual_norms(self, vectors):
        return dual_norms(vectors.reshape(len(vectors), -1, self.X.shape[1]), self.penalty)

    def _bounds(self, correlations):
        """Proved bounds on the dual norms, (2G,), with the multipliers at hand or with none."""
        plain, lifted = self._dual_norms(correlations), self._dual_norms(correlations + self.lifts)
        self.lifts[plain <= lifted] = 0.0
        return np.minimum(plain, lifted)

    def _violators(self, most):
        """Numbers of at most ``most`` groups that are not proved to obey the dual constraint."""
        correlations, found = self._correlations(), []
        bounds = self._bounds(correlations)
        for number in np.argsort(-bounds, kind="stable"):
            if bounds[number] <= self.beta * (1 + _SLACK) or len(found) == most:
                break
            cone = self.cones[number // 2]
            multipliers, _ = nnls(cone.T, -correlations[number], maxiter=50 * len(cone))
            self.lifts[number] = cone.T @ multipliers
            self.rows[number] |= multipliers > 0
            bound = self._dual_norms((correlations[number] + self.lifts[number])[None])[0]
            if bound > self.beta * (1 + _SLACK):
                found.append(number)
        return np.array(found, dtype=int)

    def _certified(self):
        """The blocks as a network, its objective, the dual value of ν scaled into the feasible set, and the scale."""
        V = self.blocks.reshape(len(self.blocks), self.patterns.signs.shape[1], self.X.shape[1])
        network = ParallelNetwork(V, self.patterns.signs[self.active // 2], 1.0 - 2.0 * (self.active % 2))
        primal = _LOSS.value(network.predict(self.X), self.y) + self.beta * network.penalty(self.penalty)
        largest = float(self._bounds(self._correlations()).max())
        scale = _LOSS.best_scale(self.nu, self.y, self.beta / largest if largest > 0 else np.inf)
        return network, primal, _LOSS.dual_value(scale * self.nu, self.y), scale

    def _add_rows(self):
        """Whether a block left its cone; the rows that it violates are known from now on."""
        inside = np.einsum("grk,gk->gr", self.cones[self.active // 2], self.blocks)
        outside = (inside < -_ROW_TOLERANCE * np.linalg.norm(self.blocks)) & ~self.rows[self.active]
        self.rows[self.active] |= outside
        return bool(outside.any())

    def _drop_zeros(self):
        norms = np.linalg.norm(self.blocks, axis=1)
        kept = norms > _ZERO * norms.max(initial=0.0)
        self.active, self.blocks = self.active[kept], self.blocks[kept]

    def _solve_active(self):
        """Blocks and ν of the program with the active groups and, of their cones, the rows known so far."""
        active, groups, outputs = self.active, self.active // 2, 1.0 - 2.0 * (self.active % 2)
        n, k = self.maps.shape[1:]
        parts = self.patterns.signs.shape[1] if self.penalty == "weight decay" else 1
        unknowns, norms = len(active) * k, len(active) * parts
        which, row = np.nonzero(self.rows[active])
        columns = which[:, None] * k + np.arange(k)
        values = self.cones[groups[which], row]
        cone = csc_array((values.ravel(), (np.repeat(np.arange(len(which)), k), columns.ravel())),
                         shape=(len(which), unknowns))  # fmt: skip
        maps = (self.maps[groups] * outputs[:, None, None]).transpose(1, 0, 2).reshape(n, unknowns)
        # Clarabel's order: A x + s = b with s in the cones; norms as second-order cones (t, block).
        width = k // parts
        place = np.arange(norms) * (width + 1)
        bodies = (place[:, None] + 1 + np.arange(width)).ravel()
        size = norms * (width + 1)
        tops = csc_array((-np.ones(norms), (place, np.arange(norms))), shape=(size, norms))
        bodies = csc_array((-np.ones(unknowns), (bodies, np.arange(unknowns))), shape=(size, unknowns))
        A = block_array([
            [csc_array(maps), None, -diags_array(np.ones(n))],
            [-cone, csc_array((len(which), norms)), None],
            [bodies, tops, None],
        ], format="csc")  # fmt: skip
        P = diags_array(np.concatenate([np.zeros(unknowns + norms), np.ones(n)]), format="csc")
        q = np.concatenate([np.zeros(unknowns), np.full(norms, self.beta), np.zeros(n)])
        b = np.concatenate([self.y, np.zeros(len(which) + size)])
        cones = [clarabel.ZeroConeT(n)] + [clarabel.NonnegativeConeT(len(which))] * bool(len(which))
        cones += [clarabel.SecondOrderConeT(width + 1)] * norms
        answer = clarabel.DefaultSolver(P, q, A, b, cones, _settings()).solve()
        x, z = np.array(answer.x), np.array(answer.z)
        multipliers = np.maximum(z[n : n + len(which)], 0.0)
        self.lifts[active] = (cone.T @ multipliers).reshape(len(active), k)
        self.blocks, self.nu = x[:unknowns].reshape(len(active), k), -x[unknowns + norms :]


def _settings():
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    return settings


def _check_patterns(patterns, earlier, n):
    if not isinstance(patterns, BranchPatterns) or not len(patterns):
        raise ValueError(f"patterns: expected BranchPatterns with at least one group, got {type(patterns).__name__}")
    m = patterns.signs.shape[1] if earlier is None else earlier.signs.shape[1]
    if patterns.first.shape[1:] != (m, n):
        raise ValueError(f"patterns: expected {m} neurons and {n} samples, got {patterns.first.shape[1:]}")
