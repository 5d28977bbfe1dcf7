"""Exact duality gaps of networks with parallel branches."""

from dataclasses import dataclass, field

import numpy as np

from convexify.branches.branch_problem import aggregate_samples, as_branches, branch_problem, remove_dominated_atoms
from convexify.branches.convexification import nonconvexity
from convexify.branches.integer_program import CLOSED, Limits, solve_integer_program
from convexify.branches.lagrangian_dual import general_dual, lagrangian_dual
from convexify.branches.lp_relaxation import solve_lp_relaxation
from convexify.checks import as_integer, as_number


@dataclass(frozen=True)
class DualityGap:
    """Certified values of one I-branch problem on a finite set of atoms; ``lp <= dual <= primal`` always.

    Attributes
    ----------
    primal_lower, primal_upper : float
        Bracket of inf P; they agree unless the integer program stopped early.
    dual_lower, dual_upper : float
        Bracket of sup D.
    lp : float
        Value of the relaxation to fractions of branches, the limit I → ∞.
    delta_worst : float
        Δ of one branch, see `convexify.branches.nonconvexity`.
    branches : int
        I.
    multiplier : float
        λ at which the lower value of the dual was proved.
    counts : ndarray of int, shape (n_atoms,)
        How often each atom occurs in the network that attains ``primal_upper``.
    linear : bool
        Whether the hinge is linear on the atoms (τ large), where the problem separates and ``dual == lp``.
    binding : bool
        Whether some atom breaks the budget.
    """

    primal_lower: float
    primal_upper: float
    dual_lower: float
    dual_upper: float
    lp: float
    delta_worst: float
    branches: int
    multiplier: float
    counts: np.ndarray = field(repr=False)
    linear: bool
    binding: bool

    @property
    def primal(self):
        """Objective of the best network found: inf P where the bracket is closed."""
        return self.primal_upper

    @property
    def dual(self):
        """Proved value of the dual: sup D where the bracket is closed."""
        return self.dual_lower

    @property
    def gap(self):
        """``primal - dual``: the duality gap where both brackets are closed, else an upper bound of it.

        Zero where the budget does not bind: λ = 0 makes the dual the very problem that the primal is.
        """
        return self.primal - self.dual if self.binding else 0.0

    @property
    def gap_lower(self):
        """What the gap is at least."""
        return max(0.0, self.primal_lower - self.dual_upper)

    @property
    def bound(self):
        """2 Δ_worst / I."""
        return 2.0 * self.delta_worst / self.branches

    @property
    def exact(self):
        """Whether both brackets are closed."""
        return max(self.primal_upper - self.primal_lower, self.dual_upper - self.dual_lower) <= 2 * CLOSED


def exact_gap(values, penalties, labels, *, branches, tau, budget, node_limit=None, time_limit=10.0, reduce=True):
    r"""Duality gap of the I-branch network whose branches choose among finitely many atoms.

    The problem is, over multisets of I atoms :math:`a_1, \dots, a_I`,

    .. math::
        P(I) = \min \frac1n \sum_{j=1}^n \max\Big(0,\ 1 - \frac{y_j}{\tau I} \sum_{i=1}^I f_{a_i}(x_j)\Big)
        \quad\text{s.t.}\quad \frac1I \sum_{i=1}^I h_{a_i} \le K,

    the survey's §3.2 with each branch's weights on a grid [1]_. Its dual is
    :math:`\sup_{\lambda \ge 0} Q(\lambda) - \lambda K` where Q is the *infimum over networks* of loss plus λ times mean
    penalty (the survey's formula lacks the infimum, and asks for λ > 0).

    Parameters
    ----------
    values : array_like, shape (n_samples, n_atoms)
        Output of each atom at each sample.
    penalties : array_like, shape (n_atoms,)
        h of each atom.
    labels : array_like, shape (n_samples,)
        −1 or +1.
    branches : int
        I ≥ 1.
    tau : float
        τ > 0; τ = 1 is the classic hinge loss.
    budget : float
        K, at least the smallest penalty; infinite for no constraint.
    node_limit : int, optional
        Nodes after which each integer program stops and reports a bracket, the same one on every run.
    time_limit : float or None
        Seconds after which no integer program goes on, and a bracket is reported. With None and a ``node_limit`` the
        result is the same on every run.
    reduce : bool
        Whether to remove what cannot matter first; without it the general programs run on all that is given, which
        gives the same values more slowly.

    Returns
    -------
    DualityGap

    Raises
    ------
    ValueError
        Naming the argument: shapes that disagree, entries that are not finite, labels other than ±1, τ ≤ 0, I < 1, a
        budget that no atom keeps.

    Notes
    -----
    P(I) is an integer program over counts, its relaxation over fractions a linear program, and the dual is bracketed by
    cutting planes whose inner problem is an integer program again. Samples at which the hinge has no kink on the atoms
    and atoms that another one dominates are removed first, which changes none of the values.

    References
    ----------
    .. [1] Zhang, Shao & Salakhutdinov (2019), Deep neural networks with multi-branch architectures are intrinsically
       less non-convex, AISTATS.

    Examples
    --------
    One sample, a branch that outputs nothing at no penalty or 1 at penalty 1, and a budget of ¾: with one branch the
    budget buys nothing (P = 1), while a mixture would buy three quarters of it (D = ¼). Four branches close the gap.

    >>> problem = {"tau": 1.0, "budget": 0.75}
    >>> for branches in (1, 2, 4):
    ...     result = exact_gap([[0.0, 1.0]], [0.0, 1.0], [1.0], branches=branches, **problem)
    ...     print(branches, result.primal, result.dual, result.gap, result.bound)
    1 1.0 0.25 0.75 2.0
    2 0.5 0.25 0.25 1.0
    4 0.25 0.25 0.0 0.5
    """
    branches = as_branches(branches)
    problem = branch_problem(values, penalties, labels, tau=tau, budget=budget)
    node_limit = None if node_limit is None else as_integer("node_limit", node_limit, minimum=1)
    time_limit = None if time_limit is None else as_number("time_limit", time_limit, above=0)
    limits = Limits.within(time_limit, node_limit)
    delta_worst = nonconvexity(problem.losses(), problem.penalties)
    reduced = remove_dominated_atoms(aggregate_samples(problem)) if reduce else problem
    relaxation = solve_lp_relaxation(reduced)
    primal = solve_integer_program(reduced, branches, relaxation=relaxation, limits=limits)
    dual = lagrangian_dual(reduced, branches, relaxation=relaxation, primal=primal, limits=limits)
    counts = np.zeros(problem.n_atoms, dtype=int)
    counts[reduced.origin] = primal.counts
    return DualityGap(
        # Weak duality: what the dual proves is a lower value of the primal too.
        primal_lower=max(primal.lower, dual.lower),
        primal_upper=primal.upper,
        dual_lower=dual.lower,
        dual_upper=dual.upper,
        lp=min(relaxation.value, dual.lower),
        delta_worst=delta_worst,
        branches=branches,
        multiplier=dual.multiplier,
        counts=counts,
        linear=aggregate_samples(problem).linear,
        binding=bool(np.isfinite(reduced.budget)),
    )


@dataclass(frozen=True)
class IndependentValues:
    """Relaxation, dual and optimum of one problem, each from its own program and none from another.

    Attributes
    ----------
    lp : float
        Loss of the fractions that solve the linear program.
    dual_lower, dual_upper, primal_lower, primal_upper : float
    multiplier : float
        λ at which the lower value of the dual was proved.
    """

    lp: float
    dual_lower: float
    dual_upper: float
    primal_lower: float
    primal_upper: float
    multiplier: float


def independent_values(values, penalties, labels, *, branches, tau, budget, node_limit=None):
    """The values of `exact_gap` without its theorems: the dual is not set to anything, no order is enforced.

    Parameters
    ----------
    values, penalties, labels, branches, tau, node_limit
        As in `exact_gap`.
    budget : float
        Finite; from the largest penalty on it constrains nothing, and stands for "no budget".

    Returns
    -------
    IndependentValues

    Raises
    ------
    ValueError
        Naming the argument.

    Examples
    --------
    Without a budget that binds the dual finds λ = 0 by itself.

    >>> found = independent_values([[0.0, 1.0]], [0.0, 1.0], [1.0], branches=2, tau=1.0, budget=1.25)
    >>> found.multiplier, found.dual_lower, found.primal_upper
    (0.0, 0.0, 0.0)
    """
    branches = as_branches(branches)
    problem = branch_problem(values, penalties, labels, tau=tau, budget=as_number("budget", budget), keep_budget=True)
    limits = Limits.within(None, None if node_limit is None else as_integer("node_limit", node_limit, minimum=1))
    reduced = remove_dominated_atoms(aggregate_samples(problem))
    primal = solve_integer_program(reduced, branches, limits=limits)
    dual = general_dual(reduced, branches, limits=limits)
    lp = float(reduced.objective(solve_lp_relaxation(reduced).fractions))
    return IndependentValues(lp, dual.lower, dual.upper, primal.lower, primal.upper, dual.multiplier)
