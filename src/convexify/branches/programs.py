"""The two programs over a finite set of atoms: the linear one over fractions, the integer one over counts (HiGHS)."""

import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from convexify.branches.search import best_by_enumeration, best_by_search, enumerable

#: Absolute accuracy at which a bracket counts as closed. HiGHS stops at an absolute gap of 1e-6 in its own objective,
#: which is scaled up so that this is far smaller here.
CLOSED = 1e-9
_SCALE = 1e4


@dataclass(frozen=True)
class Relaxation:
    """Optimum of the linear program, which is also that of networks with infinitely many branches.

    Attributes
    ----------
    value : float
        Lower bound that the multipliers prove by weak duality, whatever the solver's tolerance.
    fractions : ndarray, shape (n_atoms,)
    hinge_multipliers : ndarray, shape (n_kinked,)
        In [0, ω].
    multiplier : float
        λ ≥ 0 of the budget.
    reduced_costs : ndarray, shape (n_atoms,)
        Non-negative: by how much F + λ(h − K) grows at least per unit of an atom's fraction.
    """

    value: float
    fractions: np.ndarray
    hinge_multipliers: np.ndarray
    multiplier: float
    reduced_costs: np.ndarray


@dataclass(frozen=True)
class Limits:
    """When an integer program stops early.

    Attributes
    ----------
    node_limit : int, optional
        Nodes of each tree: the same bracket on every run and machine.
    deadline : float, optional
        Value of `time.monotonic` after which no program is started, and at which a running one stops.
    """

    node_limit: int | None = None
    deadline: float | None = None

    @classmethod
    def within(cls, seconds, node_limit=None):
        """Limits that count ``seconds`` (None for no end) from now."""
        return cls(node_limit, None if seconds is None else time.monotonic() + seconds)

    @property
    def over(self):
        """Whether the deadline has passed."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def options(self):
        """The options of `scipy.optimize.milp` that keep them."""
        options = {} if self.node_limit is None else {"node_limit": self.node_limit}
        if self.deadline is not None:
            options["time_limit"] = max(0.01, self.deadline - time.monotonic())
        return options


@dataclass(frozen=True)
class Bracket:
    """Certified lower and upper value of the I-branch optimum, and the counts that attain the upper one."""

    lower: float
    upper: float
    counts: np.ndarray


def relax(problem):
    r"""Solve :math:`\min_x F(x)` over fractions x ≥ 0, Σx = 1, hᵀx ≤ K.

    Parameters
    ----------
    problem : BranchProblem

    Returns
    -------
    Relaxation

    Notes
    -----
    For multipliers u ∈ [0, ω] of the hinge and λ ≥ 0 of the budget, every network and every mixture has

    .. math:: F(x) \ge b + \sum_i u_i - \lambda K + \min_a \Big( q_a - \sum_i u_i m_{ia} + \lambda h_a \Big).
    """
    if problem.linear:
        return _relax_linear(problem)
    m, rows = problem.n_atoms, problem.weights.size
    hinge = hstack([csr_array(-problem.margins), -eye_array(rows)], format="csr")
    A_ub, b_ub = [hinge], [-np.ones(rows)]
    if np.isfinite(problem.budget):
        A_ub.append(csr_array(np.concatenate([problem.penalties, np.zeros(rows)])[None]))
        b_ub.append([problem.budget])
    solution = linprog(
        np.concatenate([problem.costs, problem.weights]),
        A_ub=vstack(A_ub, format="csr"),
        b_ub=np.concatenate(b_ub),
        A_eq=csr_array(np.concatenate([np.ones(m), np.zeros(rows)])[None]),
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    if solution.status != 0:
        raise RuntimeError(f"HiGHS did not solve the linear program: {solution.message}")
    hinge_multipliers = np.clip(-solution.ineqlin.marginals[:rows], 0.0, problem.weights)
    multiplier = max(0.0, -solution.ineqlin.marginals[rows]) if np.isfinite(problem.budget) else 0.0
    return _certified(problem, np.maximum(solution.x[:m], 0.0), hinge_multipliers, float(multiplier))


def _relax_linear(problem):
    """Two points of the lower convex hull of (penalty, cost) bracket the budget."""
    fractions = np.zeros(problem.n_atoms)
    if np.isinf(problem.budget):
        fractions[np.argmin(problem.costs)] = 1.0
        return _certified(problem, fractions, np.zeros(0), 0.0)
    hull = lower_hull(problem.penalties, problem.costs)
    right = int(np.searchsorted(problem.penalties[hull], problem.budget, side="right"))
    left = hull[max(right - 1, 0)]
    if right == hull.size or right == 0:
        fractions[left] = 1.0
        return _certified(problem, fractions, np.zeros(0), 0.0 if right else _steepest(problem, hull))
    right = hull[right]
    width = problem.penalties[right] - problem.penalties[left]
    share = (problem.budget - problem.penalties[left]) / width
    fractions[left], fractions[right] = 1.0 - share, share
    return _certified(problem, fractions, np.zeros(0), float((problem.costs[left] - problem.costs[right]) / width))


def _steepest(problem, hull):
    """Multiplier of a budget that only the cheapest atom keeps (and that by rounding alone)."""
    if hull.size == 1:
        return 0.0
    first, second = hull[:2]
    return float(
        (problem.costs[first] - problem.costs[second]) / (problem.penalties[second] - problem.penalties[first])
    )


def lower_hull(penalties, costs):
    """Indices of the decreasing part of the lower convex hull of the points (penalty, cost), by penalty.

    Parameters
    ----------
    penalties, costs : ndarray, shape (m,)

    Returns
    -------
    ndarray of int
        From the smallest penalty (at its least cost) to the least cost (at its smallest penalty).
    """
    hull = []
    for point in np.lexsort((costs, penalties)):
        if hull and costs[point] >= costs[hull[-1]]:
            continue
        while len(hull) >= 2 and _turns_right(penalties, costs, hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return np.array(hull)


def _turns_right(x, y, first, middle, last):
    return (y[middle] - y[first]) * (x[last] - x[first]) >= (y[last] - y[first]) * (x[middle] - x[first])


def _certified(problem, fractions, hinge_multipliers, multiplier):
    lagrangian = problem.costs - hinge_multipliers @ problem.margins + multiplier * problem.penalties
    floor = lagrangian.min()
    budget = multiplier * problem.budget if multiplier > 0 else 0.0
    value = problem.constant + hinge_multipliers.sum() + floor - budget
    return Relaxation(float(value), fractions, hinge_multipliers, multiplier, lagrangian - floor)


def best_network(problem, branches, *, relaxation=None, starts=(), limits=None):
    """Bracket the optimum over networks of I branches.

    Parameters
    ----------
    problem : BranchProblem
    branches : int
        I ≥ 1.
    relaxation : Relaxation, optional
        Of this problem, if it is known.
    starts : sequence of ndarray of int, shape (n_atoms,)
        Networks to begin the search from.
    limits : Limits, optional
        Where the integer program stops early.

    Returns
    -------
    Bracket
        ``lower == upper`` up to `CLOSED` unless the integer program stopped early.

    Notes
    -----
    Local search gives a network; its distance from the relaxation bounds how often an atom may occur in a better one,
    c_a ≤ I (upper − relaxation) / (reduced cost of a), which leaves few atoms when I is large. HiGHS decides the rest.
    """
    relaxation, limits = relaxation or relax(problem), limits or Limits()
    counts, value = best_by_search(problem, branches, relaxation.fractions, starts)
    if value - relaxation.value <= CLOSED:
        return Bracket(min(relaxation.value, value), value, counts)
    slack = branches * (value - relaxation.value + CLOSED)
    with np.errstate(divide="ignore"):
        most = np.minimum(branches, np.floor(slack / relaxation.reduced_costs + 1e-6))
    keep = np.flatnonzero(most >= 1)
    promising = problem.restricted(keep)
    if enumerable(promising, branches):
        lower, found = best_by_enumeration(promising, branches)
        if lower >= value:
            return Bracket(value, value, counts)
        value, counts = lower, np.zeros(problem.n_atoms, dtype=int)
        counts[keep] = found
        return Bracket(value, value, counts)
    if limits.over:
        return Bracket(relaxation.value, value, counts)
    lower, found = _integer_program(promising, branches, most[keep], value, limits)
    if found is not None:
        candidate = np.zeros(problem.n_atoms, dtype=int)
        candidate[keep] = found
        candidate, improved = best_by_search(problem, branches, candidate / branches, (candidate,))
        if improved < value:
            counts, value = candidate, improved
    return Bracket(min(max(lower, relaxation.value), value), value, counts)


def _integer_program(problem, branches, most, upper, limits):
    """Lower bound and counts (or None) by HiGHS; counts beyond ``most`` cannot improve on ``upper``."""
    m, rows = problem.n_atoms, problem.weights.size
    if m == 0 or most.sum() < branches:
        return upper, None
    objective = np.concatenate([problem.costs, problem.weights]) * _SCALE
    constraints = [
        LinearConstraint(csr_array(np.concatenate([np.ones(m), np.zeros(rows)])[None]), branches, branches),
        # Nothing above the known network is of interest: prunes the tree from the start.
        LinearConstraint(csr_array(objective[None] / _SCALE), -np.inf, branches * (upper - problem.constant + CLOSED)),
    ]
    if rows:
        constraints.append(
            LinearConstraint(hstack([csr_array(problem.margins), eye_array(rows)], format="csr"), branches, np.inf)
        )
    if np.isfinite(problem.budget):
        row = csr_array(np.concatenate([problem.penalties, np.zeros(rows)])[None])
        constraints.append(LinearConstraint(row, -np.inf, branches * problem.allowed))
    solution = milp(
        objective,
        integrality=np.concatenate([np.ones(m), np.zeros(rows)]),
        bounds=(0, np.concatenate([most, np.full(rows, np.inf)])),
        constraints=constraints,
        options={"mip_rel_gap": 0.0, **limits.options()},
    )
    if solution.status == 2:
        return upper, None
    bound = getattr(solution, "mip_dual_bound", None)
    lower = -np.inf
    if bound is not None and np.isfinite(bound):
        lower = problem.constant + bound / (_SCALE * branches)
        if solution.status == 0:
            # HiGHS reports its own absolute gap of 1e-6 (in scaled units) as zero.
            lower -= 1e-6 / (_SCALE * branches)
    found = None if solution.x is None else np.rint(solution.x[:m]).astype(int)
    return lower, found
