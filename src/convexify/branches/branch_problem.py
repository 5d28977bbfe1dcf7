"""The I-branch problem on finitely many atoms, reduced without changing any of its optimal values.

An atom is one setting of a sub-network's weights: its outputs at the samples and its penalty. A network of I identical
branches is a multiset of I atoms, written as counts.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from convexify.checks import as_integer, as_matrix, as_number, as_vector

#: A network is feasible if its mean penalty exceeds the budget by no more than this, relative to the penalties that
#: count: the rounding of their sum must not decide.
FEASIBILITY = 1e-9
#: From here on HiGHS takes a coefficient for infinite (its option large_matrix_value).
LARGEST_COEFFICIENT = 1e15


@dataclass(frozen=True)
class BranchProblem:
    r"""Minimise the mean τ-hinge of the average of I atoms subject to a mean penalty.

    In terms of the fractions :math:`x = c / I` of the counts c, with margins :math:`m_{ia} = y_i f_a(x_i) / \tau`,

    .. math:: F(x) = b + q^\top x + \sum_{i} \omega_i \max(0, 1 - (M x)_i), \qquad h^\top x \le K,

    where a sample enters through b and q when no atom's margin exceeds one (its hinge is linear on the atoms), and not
    at all when every atom's margin does.

    Attributes
    ----------
    margins : ndarray, shape (n_kinked, n_atoms)
        M: rows of the samples at which the hinge has its kink inside the range of the atoms.
    weights : ndarray, shape (n_kinked,)
        ω, the share of the samples that a row stands for.
    costs : ndarray, shape (n_atoms,)
        q.
    constant : float
        b.
    penalties : ndarray, shape (n_atoms,)
    budget : float
        K, possibly infinite.
    origin : ndarray of int, shape (n_atoms,)
        Index of each atom in the arrays that the caller gave.
    """

    margins: np.ndarray
    weights: np.ndarray
    costs: np.ndarray
    constant: float
    penalties: np.ndarray
    budget: float
    origin: np.ndarray

    @property
    def n_atoms(self):
        """Number of atoms."""
        return self.costs.size

    @property
    def linear(self):
        """Whether the hinge is linear on the atoms, so that the objective is a sum over the branches."""
        return self.weights.size == 0

    @cached_property
    def size(self):
        """Size of the penalties that count: that of the budget, or of the lowest penalty if it is negative."""
        lowest, largest = self.penalties.min(initial=0.0), np.abs(self.penalties).max(initial=0.0)
        # solvers cannot tell a budget of less from none
        return max(abs(self.budget), -float(lowest), 1e-9 * float(largest))

    @property
    def allowed(self):
        """Largest mean penalty that counts as feasible."""
        return self.budget + FEASIBILITY * self.size if np.isfinite(self.budget) else np.inf

    @property
    def unit(self):
        """A power of two by which solvers with absolute tolerances divide small penalties and their budget."""
        return 1.0 if self.size == 0 or self.size >= 2.0**-7 else 2.0 ** np.floor(np.log2(self.size))

    def objective(self, fractions):
        """F at fractions of shape (n_atoms,) or (n_atoms, k)."""
        kinked = np.maximum(0.0, 1.0 - self.margins @ fractions)
        return self.constant + self.costs @ fractions + self.weights @ kinked

    def losses(self):
        """Loss of each atom as a network of one branch, shape (n_atoms,)."""
        return self.constant + self.costs + self.weights @ np.maximum(0.0, 1.0 - self.margins)

    def mean_penalty(self, fractions):
        """Mean penalty of a network given as fractions."""
        return float(self.penalties @ fractions)

    def feasible(self, fractions):
        """Whether the mean penalty keeps the budget."""
        return self.mean_penalty(fractions) <= self.allowed

    def restricted(self, keep):
        """The same problem on the atoms that ``keep`` (indices or a mask) selects."""
        return replace(
            self,
            margins=self.margins[:, keep],
            costs=self.costs[keep],
            penalties=self.penalties[keep],
            origin=self.origin[keep],
        )

    def penalised(self, multiplier):
        """The problem without a budget, whose loss is F + λ (mean penalty)."""
        return replace(self, costs=self.costs + multiplier * self.penalties, budget=np.inf)


def branch_problem(values, penalties, labels, *, tau, budget, keep_budget=False):
    """Check the arguments of `convexify.branches.exact_gap` and state the problem on all atoms, unreduced.

    Parameters
    ----------
    values, penalties, labels, tau, budget
        As there.
    keep_budget : bool
        Whether a finite budget that no network breaks stays; otherwise it becomes infinite.

    Returns
    -------
    BranchProblem

    Raises
    ------
    ValueError
        Naming the argument, what was expected and what came.
    """
    values = as_matrix("values", values)
    n, m = values.shape
    penalties = as_vector("penalties", penalties, length=m)
    labels = as_vector("labels", labels, length=n)
    if not np.isin(labels, (-1.0, 1.0)).all():
        raise ValueError(f"labels: expected −1 or +1, got {sorted(set(labels.tolist()))[:5]}")
    tau = as_number("tau", tau, above=0)
    budget = as_number("budget", budget, allow_infinite=True)
    bounded = [("values / tau", values / tau)] + [("penalties", penalties)] * bool(np.isfinite(budget))
    for name, entries in bounded:
        if (largest := float(np.abs(entries).max())) >= LARGEST_COEFFICIENT:
            raise ValueError(
                f"{name}: expected entries of modulus below {LARGEST_COEFFICIENT:.0e}, from where on HiGHS takes a "
                f"coefficient for infinite; got {largest:.2g}"
            )
    problem = BranchProblem(
        labels[:, None] * values / tau, np.full(n, 1.0 / n), np.zeros(m), 0.0, penalties, budget, np.arange(m)
    )
    if penalties.max() <= problem.allowed and not keep_budget:
        # The budget never binds.
        return replace(problem, budget=np.inf)
    if penalties.min() > problem.allowed:
        raise ValueError(f"budget: expected at least the smallest penalty {penalties.min():g}, got {budget:g}")
    return problem


def as_branches(branches):
    """Number of branches I as an int, at least 1."""
    return as_integer("branches", branches, minimum=1)


def aggregate_samples(problem):
    """Take the hinge apart where it has no kink on the atoms, and merge samples with equal margins.

    Parameters
    ----------
    problem : BranchProblem

    Returns
    -------
    BranchProblem
        With the same objective at every network.
    """
    margins, weights = problem.margins, problem.weights
    linear = margins.max(axis=1, initial=-np.inf) <= 1.0
    inactive = margins.min(axis=1, initial=np.inf) >= 1.0
    costs = problem.costs - weights[linear] @ margins[linear]
    kinked = ~linear & ~inactive
    rows, shares = _merged(margins[kinked], weights[kinked])
    constant = problem.constant + weights[linear].sum()
    return replace(problem, margins=rows, weights=shares, costs=costs, constant=constant)


def remove_dominated_atoms(problem):
    """Drop every atom that another one replaces at no loss: margins at least as large, cost and penalty at most.

    The hinge falls with the margin, so replacing the atom in any network, or in any mixture, neither raises the
    objective nor breaks the budget: the optimum, its relaxation and its dual are all unchanged.
    """
    # In this order an atom is only ever dominated by an earlier one (equal ones: the first stays).
    total = problem.weights @ problem.margins - problem.costs
    order = np.lexsort((problem.origin, problem.penalties, -total))
    margins, costs, penalties = problem.margins[:, order], problem.costs[order], problem.penalties[order]
    if problem.budget == np.inf:
        penalties = np.zeros_like(penalties)
    kept = np.empty(order.size, dtype=int)
    count = 0
    for atom in range(order.size):
        better = kept[:count]
        better = better[(penalties[better] <= penalties[atom]) & (costs[better] <= costs[atom])]
        for row in margins:
            if better.size == 0:
                break
            better = better[row[better] >= row[atom]]
        if better.size == 0:
            kept[count] = atom
            count += 1
    return problem.restricted(np.sort(order[kept[:count]]))


def _merged(margins, weights):
    if weights.size == 0:
        return margins, weights
    rows, inverse = np.unique(margins, axis=0, return_inverse=True)
    return rows, np.bincount(inverse.ravel(), weights=weights, minlength=len(rows))
