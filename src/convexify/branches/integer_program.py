"""The integer program over counts of branches: the optimum of a network of I branches, bracketed (HiGHS)."""

import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from convexify.branches.local_search import best_by_enumeration, best_by_exchange, is_enumerable
from convexify.branches.lp_relaxation import solve_lp_relaxation

#: Absolute accuracy at which a bracket counts as closed. HiGHS stops at an absolute gap of 1e-6 in its own objective,
#: which is scaled up so that this is far smaller here.
CLOSED = 1e-9
_SCALE = 1e4


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


def solve_integer_program(problem, branches, *, relaxation=None, starts=(), limits=None):
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
    relaxation, limits = relaxation or solve_lp_relaxation(problem), limits or Limits()
    counts, value = best_by_exchange(problem, branches, relaxation.fractions, starts)
    if value - relaxation.value <= CLOSED:
        return Bracket(min(relaxation.value, value), value, counts)
    slack = branches * (value - relaxation.value + CLOSED)
    with np.errstate(divide="ignore"):
        most = np.minimum(branches, np.floor(slack / relaxation.reduced_costs + 1e-6))
    keep = np.flatnonzero(most >= 1)
    promising = problem.restricted(keep)
    if is_enumerable(promising, branches):
        lower, found = best_by_enumeration(promising, branches)
        if lower >= value:
            return Bracket(value, value, counts)
        value, counts = lower, np.zeros(problem.n_atoms, dtype=int)
        counts[keep] = found
        return Bracket(value, value, counts)
    if limits.over:
        return Bracket(relaxation.value, value, counts)
    lower, found = _solve_with_highs(promising, branches, most[keep], value, limits)
    if found is not None:
        candidate = np.zeros(problem.n_atoms, dtype=int)
        candidate[keep] = found
        candidate, improved = best_by_exchange(problem, branches, candidate / branches, (candidate,))
        if improved < value:
            counts, value = candidate, improved
    return Bracket(min(max(lower, relaxation.value), value), value, counts)


def _solve_with_highs(problem, branches, most, upper, limits):
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
        row = csr_array(np.concatenate([problem.penalties / problem.unit, np.zeros(rows)])[None])
        constraints.append(LinearConstraint(row, -np.inf, branches * problem.allowed / problem.unit))
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
