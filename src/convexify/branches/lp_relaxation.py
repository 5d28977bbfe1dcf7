"""The linear program over fractions of branches: a lower value for networks of any number of branches (HiGHS)."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack

from convexify.branches.lower_hull import lower_hull


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


def solve_lp_relaxation(problem):
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
        A_ub.append(csr_array(np.concatenate([problem.penalties / problem.unit, np.zeros(rows)])[None]))
        b_ub.append([problem.budget / problem.unit])
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
    multiplier = max(0.0, -solution.ineqlin.marginals[rows]) / problem.unit if np.isfinite(problem.budget) else 0.0
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


def _certified(problem, fractions, hinge_multipliers, multiplier):
    lagrangian = problem.costs - hinge_multipliers @ problem.margins + multiplier * problem.penalties
    floor = lagrangian.min()
    budget = multiplier * problem.budget if multiplier > 0 else 0.0
    value = problem.constant + hinge_multipliers.sum() + floor - budget
    return Relaxation(float(value), fractions, hinge_multipliers, multiplier, lagrangian - floor)
