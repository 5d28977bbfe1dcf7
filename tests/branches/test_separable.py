"""Branches that differ, against every way to spend the budget, and the lemma behind the theorem."""

import itertools

import numpy as np
import pytest
from branch_oracles import separable_primal
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from convexify.branches import exact_gap
from convexify.branches.convexification import nonconvexity
from convexify.branches.separable import dual_values, largest_gap, optimal_values, worst_nonconvexity
from convexify.branches.shapley_folkman import mixed_members


def random_losses(seed, branches=4, levels=4):
    """Losses that fall or not, one row for each branch."""
    return np.random.default_rng(seed).uniform(0, 1, (branches, levels + 1)).round(2)


@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_is_the_best_way_to_spend_the_budget(seed):
    losses = random_losses(seed)
    spent, means = [], []
    for choice in itertools.product(range(5), repeat=4):
        spent.append(sum(choice))
        means.append(losses[range(4), choice].mean())
    spent, means = np.array(spent), np.array(means)
    expected = [means[spent <= budget].min() for budget in range(17)]
    np.testing.assert_allclose(optimal_values(losses), expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_dual_is_the_linear_program_over_mixtures(seed):
    losses = random_losses(seed)
    membership = np.kron(np.eye(4), np.ones(5))
    for budget, value in enumerate(dual_values(losses)):
        solution = linprog(losses.ravel() / 4, A_ub=[np.tile(np.arange(5.0), 4)], b_ub=[budget], A_eq=membership,
                           b_eq=np.ones(4))  # fmt: skip
        assert value == pytest.approx(solution.fun, abs=1e-9)


def test_identical_branches_are_those_of_the_exact_programs():
    losses = random_losses(7, branches=1)
    network = np.repeat(losses, 6, axis=0)
    np.testing.assert_allclose(optimal_values(network), separable_primal(losses[0].tolist(), 6), atol=1e-12)
    for budget in (3, 10, 17):
        result = exact_gap(1 - losses, np.arange(5.0), [1.0], branches=6, tau=1.0, budget=budget / 6)
        assert result.primal == pytest.approx(optimal_values(network)[budget], abs=1e-8)
        assert result.dual == pytest.approx(dual_values(network)[budget], abs=1e-8)
    assert worst_nonconvexity(network) == nonconvexity(losses[0], np.arange(5.0))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), branches=st.integers(1, 9))
def test_the_largest_gap_is_at_most_delta_over_branches(seed, branches):
    losses = random_losses(seed, branches, levels=6)
    assert (dual_values(losses) <= optimal_values(losses) + 1e-12).all()
    assert largest_gap(losses) <= worst_nonconvexity(losses) / branches + 1e-12


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_at_most_d_sets_are_mixed_and_the_sum_is_the_target(seed, d):
    rng = np.random.default_rng(seed)
    sets = [rng.normal(size=(5, d)) for _ in range(20)]
    target = sum(rng.dirichlet(np.ones(5)) @ one for one in sets)
    mixed = mixed_members(sets, target, rng.normal(size=100))
    assert mixed.shape == (20,)
    assert mixed.sum() <= d


def test_a_target_outside_of_the_hull_is_refused():
    with pytest.raises(ValueError, match=r"^target: expected a point of the hull"):
        mixed_members([np.array([[0.0], [1.0]])], [2.0], np.zeros(2))
