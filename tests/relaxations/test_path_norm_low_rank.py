"""Bounds that carry an optimum from data of low rank to the data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify.relaxations.path_norm import ParallelNetwork, draw_branches, enumerate_branches
from convexify.relaxations.path_norm_low_rank import optimum_interval, transfer_bound, truncate_rank
from convexify.relaxations.path_norm_program import solve_path_norm


@pytest.mark.parametrize("penalty", ["path", "weight decay"])
@given(seed=st.integers(0, 10**6), beta=st.sampled_from([0.01, 0.1, 1.0]), rank=st.sampled_from([1, 2]))
def test_no_network_changes_by_more_than_the_bound(penalty, seed, beta, rank):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((6, 3)), rng.standard_normal(6)
    near, sigma = truncate_rank(X, rank)
    V, signs = draw_branches(3, 4, 2, rng)
    network = ParallelNetwork(V, signs, np.array([1.0, -1.0, 1.0, -1.0]))

    def objective(X):
        return 0.5 * np.sum((network.predict(X) - y) ** 2) + beta * network.penalty(penalty)

    assert objective(X) <= transfer_bound(objective(near), sigma, beta, 2, penalty=penalty) * (1 + 1e-12)
    assert objective(near) <= transfer_bound(objective(X), sigma, beta, 2, penalty=penalty) * (1 + 1e-12)


@pytest.mark.parametrize("rank", [1, 2])
def test_interval_holds_the_optimum(rank):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((4, 3)) * [1.0, 0.2, 0.04], rng.standard_normal(4)
    near, sigma = truncate_rank(X, rank)
    answer = solve_path_norm(near, y, enumerate_branches(near, 2), 0.1)
    low, high = optimum_interval(answer.primal, answer.dual, sigma, 0.1, 2)
    optimum = solve_path_norm(X, y, enumerate_branches(X, 2), 0.1)
    assert low <= optimum.primal
    assert optimum.dual <= high


def test_lower_end_solves_its_equation():
    low, _ = optimum_interval(2.0, 2.0, 0.3, 0.1, 3)
    assert transfer_bound(low, 0.3, 0.1, 3) == pytest.approx(2.0)


def test_truncation_is_the_best_approximation():
    X = np.random.default_rng(1).standard_normal((5, 3))
    values = np.linalg.svd(X, compute_uv=False)
    near, sigma = truncate_rank(X, 2)
    assert sigma == pytest.approx(values[2]) == pytest.approx(np.linalg.norm(X - near, 2))
    same, zero = truncate_rank(X, 3)
    np.testing.assert_allclose(same, X)
    assert zero == 0


def test_bad_input_is_named():
    X = np.outer(np.arange(4.0), [1.0, 2.0])
    with pytest.raises(ValueError, match="rank: expected at most 1, got 2"):
        truncate_rank(X, 2)
    with pytest.raises(ValueError, match="rank: expected at least 1"):
        truncate_rank(X, 0)
    with pytest.raises(ValueError, match="beta: expected more than 0"):
        transfer_bound(1.0, 0.1, 0.0, 2)
    with pytest.raises(ValueError, match="sigma: expected at least 0"):
        transfer_bound(1.0, -0.1, 0.1, 2)
    with pytest.raises(ValueError, match="dual: expected at least 0"):
        optimum_interval(1.0, -1.0, 0.1, 0.1, 2)
