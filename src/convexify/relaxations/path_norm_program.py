r"""The group-sparse convex program of `convexify.relaxations.path_norm`: solver and certificate.

Few groups are not zero at the optimum and few rows of their cones bind. So a program with some groups and rows is solved,
rows that it violates and groups whose dual bound exceeds β are added, until there are none: the dual point is then
feasible for all groups. The certificate trusts neither: the primal value is that of a network, with its real activations,
the dual value that of ν scaled by proved bounds.
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
    X = check_squares("X", as_matrix("X", X))
    y = check_squares("y", as_vector("y", y, length=len(X)))
    beta, tol = as_number("beta", beta, above=0), as_number("tol", tol, above=0)
    one_of("penalty", penalty, PENALTIES)
    patterns = _checked(patterns, len(X))
    unit_x, unit_y = (float(np.linalg.norm(part)) / np.sqrt(len(X)) or 1.0 for part in (X, y))
    program = _Groups(X / unit_x, y / unit_y, patterns, beta / (unit_x * unit_y), penalty)
    added = as_integer("added", added, minimum=1)
    active, blocks, nu = np.empty(0, dtype=int), np.empty((0, program.size)), program.y
    for rounds in range(_ROUNDS):
        violators = np.setdiff1d(program.violators(nu, added), active)
        network, primal, dual = program.certified(active, blocks, nu)
        gap = relative_gap(primal, dual)
        if gap <= tol or not len(violators):
            break
        active, blocks, nu = program.solve_active(np.concatenate([active, violators]))
    if gap > tol:
        message = f"after {rounds} programs the certified gap {gap:.2e} is above tol {tol:.2e}"
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    network = ParallelNetwork(network.V * (unit_y / unit_x), network.signs, network.outputs)
    scale = _LOSS.best_scale(nu, program.y, program.beta / program.largest_bound(nu))
    return PathNormSolution(
        network, unit_y * scale * nu, unit_y**2 * primal, unit_y**2 * dual, gap, len(patterns), rounds
    )  # fmt: skip


class _Groups:
    """All groups with both signs o: group ``g`` of sign + is number ``g``, of sign − number ``G + g``."""

    def __init__(self, X, y, patterns, beta, penalty):
        self.X, self.y, self.patterns, self.beta, self.penalty = X, y, patterns, beta, penalty
        count, self.neurons, n = patterns.first.shape
        self.size = self.neurons * X.shape[1]
        gated = patterns.first[..., None] * X * patterns.signs[:, :, None, None]  # (G, m, n, d)
        sums = gated.transpose(0, 2, 1, 3).reshape(count, n, self.size)
        self.maps = sums * patterns.second[..., None]
        inner = np.zeros((count, self.neurons, n, self.neurons, X.shape[1]))
        for j in range(self.neurons):
            inner[:, j, :, j] = (2.0 * patterns.first[:, j, :, None] - 1.0) * X
        outer = sums * (2.0 * patterns.second[..., None] - 1.0)
        cones = np.concatenate([inner.reshape(count, -1, self.size), outer], axis=1)
        length = np.linalg.norm(cones, axis=2, keepdims=True)
        self.cones = cones / np.where(length > 0, length, 1.0)
        self.lifts = np.zeros((2 * count, self.size))  # Cᵀμ of the last multipliers of each group
        self.rows = np.zeros((2 * count, cones.shape[1]), dtype=bool)  # those that the small program knows

    def split(self, numbers):
        """Groups and signs o of group numbers."""
        count = len(self.patterns)
        return numbers % count, np.where(numbers < count, 1.0, -1.0)

    def correlations(self, nu):
        """±A_gᵀν of all groups, (2G, k)."""
        each = np.einsum("gnk,n->gk", self.maps, nu)
        return np.concatenate([each, -each])

    def dual_norms(self, vectors):
        return dual_norms(vectors.reshape(len(vectors), self.neurons, -1), self.penalty)

    def bounds(self, correlations):
        """Proved bounds on the dual norms, (2G,), with the multipliers at hand or with none."""
        plain, lifted = self.dual_norms(correlations), self.dual_norms(correlations + self.lifts)
        self.lifts[plain <= lifted] = 0.0
        return np.minimum(plain, lifted)

    def violators(self, nu, most):
        """Numbers of at most ``most`` groups that are not proved to obey the dual constraint."""
        correlations = self.correlations(nu)
        bounds, found = self.bounds(correlations), []
        for number in np.argsort(-bounds, kind="stable"):
            if bounds[number] <= self.beta * (1 + _SLACK) or len(found) == most:
                break
            cone = self.cones[number % len(self.patterns)]
            multipliers, _ = nnls(cone.T, -correlations[number], maxiter=50 * len(cone))
            self.lifts[number] = cone.T @ multipliers
            self.rows[number] |= multipliers > 0
            bound = self.dual_norms((correlations[number] + self.lifts[number])[None])[0]
            if bound > self.beta * (1 + _SLACK):
                found.append(number)
        return np.array(found, dtype=int)

    def largest_bound(self, nu):
        """Proved bound on all dual norms, not 0."""
        return max(float(self.bounds(self.correlations(nu)).max()), np.finfo(float).tiny)

    def certified(self, active, blocks, nu):
        """The blocks as a network, its objective, and the dual value of ν scaled into the feasible set."""
        groups, outputs = self.split(active)
        V = blocks.reshape(len(blocks), self.neurons, self.X.shape[1])
        network = ParallelNetwork(V, self.patterns.signs[groups], outputs)
        primal = _LOSS.value(network.predict(self.X), self.y) + self.beta * network.penalty(self.penalty)
        scale = _LOSS.best_scale(nu, self.y, self.beta / self.largest_bound(nu))
        return network, primal, _LOSS.dual_value(scale * nu, self.y)

    def solve_active(self, active):
        """Optimum with the groups ``active``: those that are not zero, their blocks, and ν."""
        while True:
            blocks, nu = self._solve_on_rows(active)
            if not self._add_rows(active, blocks):
                break
        norms = np.linalg.norm(blocks, axis=1)
        kept = norms > 1e-9 * norms.max()
        return active[kept], blocks[kept], nu

    def _add_rows(self, active, blocks):
        """Whether a block left its cone; the rows that it violates bind from now on."""
        groups, _ = self.split(active)
        inside = np.einsum("grk,gk->gr", self.cones[groups], blocks)
        outside = inside < -_ROW_TOLERANCE * max(float(np.linalg.norm(blocks, axis=1).max()), np.finfo(float).tiny)
        outside &= ~self.rows[active]
        self.rows[active] |= outside
        return bool(outside.any())

    def _solve_on_rows(self, active):
        """Blocks (a, k) and ν of the program with some groups and, of their cones, the rows met so far."""
        groups, outputs = self.split(active)
        n, k, parts = len(self.y), self.size, self.neurons if self.penalty == "weight decay" else 1
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
        return x[:unknowns].reshape(len(active), k), -x[unknowns + norms :]


def _settings():
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    return settings


def _checked(patterns, n):
    if not isinstance(patterns, BranchPatterns) or not len(patterns) or patterns.second.shape[1] != n:
        raise ValueError(f"patterns: expected BranchPatterns of {n} samples, at least one, got {_described(patterns)}")
    return patterns


def _described(patterns):
    if not isinstance(patterns, BranchPatterns):
        return type(patterns).__name__
    return f"{len(patterns)} of {patterns.second.shape[1]} samples"
