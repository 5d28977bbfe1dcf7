"""The Lagrangian dual of the I-branch problem, bracketed by cutting planes."""

from dataclasses import dataclass

import numpy as np

from convexify.branches.integer_program import CLOSED, solve_integer_program
from convexify.branches.lower_hull import lower_hull
from convexify.branches.lp_relaxation import solve_lp_relaxation


@dataclass(frozen=True)
class DualBracket:
    """Certified lower and upper value of the Lagrangian dual, and the multiplier of the lower one.

    Attributes
    ----------
    lower, upper : float
    multiplier : float
        λ ≥ 0 at which ``lower`` was proved.
    rounds : int
        Integer programs solved.
    """

    lower: float
    upper: float
    multiplier: float
    rounds: int


def lagrangian_dual(problem, branches, *, relaxation, primal, limits=None, max_rounds=30):
    r"""Bracket :math:`\sup_{\lambda \ge 0} \min_c F(c/I) + \lambda (h^\top c / I - K)` over networks c of I branches.

    Parameters
    ----------
    problem : BranchProblem
    branches : int
    relaxation : Relaxation
        Of this problem.
    primal : Bracket
        Of the I-branch optimum under the budget.
    limits : Limits, optional
        For the integer programs.
    max_rounds : int
        Largest number of integer programs.

    Returns
    -------
    DualBracket

    Notes
    -----
    The dual function is concave and piecewise linear in λ with one piece for each network, F + λ(h − K). Known networks
    give a piecewise linear majorant: its maximum bounds the dual from above, and is the lower convex hull of their
    points (h, F) at K. The integer program at the maximiser λ bounds the dual from below and yields the next network.
    Where the hinge is linear on the atoms the inner minimum separates into one atom for all branches, so that the dual
    is the linear program for every I; an infinite budget forces λ = 0, and the dual is the primal.
    """
    if problem.linear:
        return DualBracket(relaxation.value, relaxation.value, relaxation.multiplier, 0)
    if np.isinf(problem.budget):
        return DualBracket(primal.lower, primal.upper, 0.0, 0)
    start = DualBracket(relaxation.value, primal.upper, relaxation.multiplier, 0)
    return _cutting_planes(problem, branches, [primal.counts / branches], start, limits, max_rounds)


def general_dual(problem, branches, *, limits=None, max_rounds=60, first=1.0):
    """The same bracket by cutting planes that know nothing: no linear program, no primal, no special case.

    Parameters
    ----------
    problem : BranchProblem
        With a finite budget. One that no network breaks stands for "no budget": every λ > 0 is then worse than 0.
    branches : int
    limits : Limits, optional
    max_rounds : int
    first : float
        First multiplier; positive, so that λ = 0 has to be found.

    Returns
    -------
    DualBracket

    Raises
    ------
    ValueError
        If the budget is not finite.
    """
    if np.isinf(problem.budget):
        raise ValueError("problem: expected a finite budget, got an infinite one")
    cheapest = np.zeros(problem.n_atoms)
    cheapest[np.argmin(problem.penalties)] = 1.0
    start = DualBracket(-np.inf, np.inf, float(first), 0)
    return _cutting_planes(problem, branches, [cheapest], start, limits, max_rounds)


def _cutting_planes(problem, branches, networks, start, limits, max_rounds):
    """Tighten a bracket, from the multiplier of ``start`` and a list of networks that has a feasible one."""
    lower, upper, multiplier = start.lower, start.upper, start.multiplier
    proved, seen = multiplier, set()
    while upper - lower > CLOSED and len(seen) < max_rounds and multiplier not in seen:
        seen.add(multiplier)
        penalised = problem.penalised(multiplier)
        bracket = solve_integer_program(
            penalised,
            branches,
            relaxation=solve_lp_relaxation(penalised),
            starts=[np.rint(network * branches).astype(int) for network in networks[-8:]],
            limits=limits,
        )
        offset = multiplier * problem.budget
        if bracket.lower - offset > lower:
            lower, proved = bracket.lower - offset, multiplier
        networks.append(bracket.counts / branches)
        bound, multiplier = _majorant(problem, networks)
        upper = min(upper, bound)
    return DualBracket(min(lower, upper), upper, proved, len(seen))


def _majorant(problem, networks):
    """Maximum over λ ≥ 0 of the least F + λ(h − K) of the networks, and its λ."""
    penalties = np.array([problem.mean_penalty(network) for network in networks])
    values = np.array([problem.objective(network) for network in networks])
    # A network within the tolerance of feasibility counts as one at the budget, as it does in the primal.
    penalties = np.where(penalties <= problem.allowed, np.minimum(penalties, problem.budget), penalties)
    hull = lower_hull(penalties, values)
    right = int(np.searchsorted(penalties[hull], problem.budget, side="right"))
    left = hull[right - 1]
    if right == hull.size:
        return float(values[left]), 0.0
    right = hull[right]
    slope = (values[left] - values[right]) / (penalties[right] - penalties[left])
    return float(values[left] + slope * (penalties[left] - problem.budget)), float(slope)
