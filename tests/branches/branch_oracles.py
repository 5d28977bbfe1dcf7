"""Slow, obvious versions of what the package computes: every multiset is looked at, every program goes to cvxpy."""

from itertools import combinations_with_replacement

import cvxpy as cp
import numpy as np
from scipy.optimize import linprog


def network_points(values, penalties, labels, branches, tau):
    """Loss and mean penalty of every multiset of atoms."""
    losses, means = [], []
    for members in combinations_with_replacement(range(values.shape[1]), branches):
        average = values[:, members].mean(axis=1)
        losses.append(np.maximum(0.0, 1.0 - labels * average / tau).mean())
        means.append(penalties[list(members)].mean())
    return np.array(losses), np.array(means)


def primal(losses, means, budget):
    """Least loss within the budget."""
    return losses[means <= budget + 1e-9].min()


def dual(losses, means, budget):
    """sup over λ ≥ 0 of min over networks of loss + λ (mean penalty − budget), as a linear program in (t, λ)."""
    if np.isinf(budget):
        return losses.min()
    solution = linprog(
        [-1.0, 0.0],
        A_ub=np.column_stack([np.ones(losses.size), budget - means]),
        b_ub=losses,
        bounds=[(None, None), (0, None)],
    )
    return -solution.fun


def relaxation(values, penalties, labels, tau, budget):
    """The problem over fractions of atoms, by cvxpy."""
    fractions = cp.Variable(values.shape[1], nonneg=True)
    loss = cp.sum(cp.pos(1 - cp.multiply(labels / tau, values @ fractions))) / labels.size
    constraints = [cp.sum(fractions) == 1]
    if np.isfinite(budget):
        constraints.append(penalties @ fractions <= budget)
    problem = cp.Problem(cp.Minimize(loss), constraints)
    problem.solve(solver=cp.CLARABEL)
    return problem.value


def separable_primal(losses, branches):
    """Least mean loss of branches for every total penalty, by looking at each way to split it: losses[penalty]."""
    best = {0: 0.0}
    for _ in range(branches):
        longer = {}
        for spent, loss in best.items():
            for penalty, more in enumerate(losses):
                longer[spent + penalty] = min(longer.get(spent + penalty, np.inf), loss + more)
        best = longer
    return np.minimum.accumulate([best[spent] / branches for spent in sorted(best)])


def random_atoms(seed, n=5, m=6, integral=False):
    """Values, penalties (the first atom is the zero function at no penalty) and labels."""
    rng = np.random.default_rng(seed)
    values = rng.integers(-3, 4, size=(n, m)).astype(float) if integral else rng.normal(size=(n, m))
    penalties = rng.integers(0, 5, size=m).astype(float) if integral else rng.uniform(0.1, 2.0, size=m)
    values[:, 0], penalties[0] = 0.0, 0.0
    return values, penalties, rng.choice([-1.0, 1.0], size=n)
