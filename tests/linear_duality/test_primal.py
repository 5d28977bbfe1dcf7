import itertools

import cvxpy as cp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.linear_duality import (
    CompressedProblem,
    circular_patches,
    instance,
    optimal_value,
    primal_value,
    recover_weights,
    schatten_power,
    solve_dual,
    weight_decay_dual,
    weight_decay_optimum,
    weight_decay_value,
    with_bias_row,
)

spectra = st.lists(st.floats(0.05, 6), min_size=1, max_size=5).map(lambda s: np.sort(s)[::-1].copy())


def network(rng, sizes, scale=1.0):
    return [scale * rng.normal(size=(b, a)) for a, b in itertools.pairwise(sizes)]


@given(depth=st.integers(2, 6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_schatten_penalty_is_at_least_the_nuclear_norm_of_the_product(depth, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(4, 9))
    weights = network(rng, [4, *rng.integers(1, 6, size=depth - 1), 3])
    product = np.linalg.multi_dot([*weights[::-1], X])
    penalty = sum(schatten_power(W, depth) for W in [weights[0] @ X, *weights[1:]]) / depth
    assert penalty >= np.linalg.norm(product, "nuc") * (1 - 1e-12)


@given(depth=st.integers(2, 6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_the_bound_is_tight_at_balanced_factors(depth, seed):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(4, 9)), rng.normal(size=(3, 9))
    weights = recover_weights(X, Y, solve_dual(X, Y, 0.3, 3), [3] * (depth - 1))
    product = np.linalg.multi_dot([*weights[::-1], X])
    penalty = sum(schatten_power(W, depth) for W in [weights[0] @ X, *weights[1:]]) / depth
    assert penalty == pytest.approx(np.linalg.norm(product, "nuc"), rel=1e-10)
    for W in [weights[0] @ X, *weights[1:]]:
        np.testing.assert_allclose(
            np.linalg.svd(W, compute_uv=False)[:3], np.linalg.svd(weights[-1], compute_uv=False), atol=1e-9
        )


def test_product_runs_from_the_last_layer_to_the_first():
    X, Y = np.ones((2, 1)), np.zeros((2, 1))
    W1, W2 = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 1.0]])
    assert primal_value([W1, W2], X, Y, 0.0) == 0.5 * np.sum((W2 @ W1 @ X) ** 2) != 0.5 * np.sum((W1 @ W2 @ X) ** 2)


def test_the_rank_bound_is_on_the_product_and_not_on_the_projected_targets():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(5, 30)), rng.normal(size=(4, 30))
    problem = CompressedProblem(X, Y)
    weights = recover_weights(X, Y, solve_dual(X, Y, 0.0, 2), [2, 2])
    assert np.linalg.matrix_rank(problem.targets) == 4
    assert np.linalg.matrix_rank(np.linalg.multi_dot([*weights[::-1], X])) == 2


@given(depth=st.integers(2, 5), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_weight_decay_is_the_same_objective_for_two_layers_only(depth, seed):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(4, 9)), rng.normal(size=(3, 9))
    weights = network(rng, [4, *[3] * (depth - 1), 3])
    same = primal_value(weights, X, Y, 0.7) == pytest.approx(weight_decay_value(weights, X, Y, 0.7), rel=1e-12)
    assert same == (depth == 2)


def test_weight_decay_on_the_first_layer_itself_needs_white_inputs():
    rng = np.random.default_rng(1)
    weights, Y = network(rng, [4, 3, 2]), rng.normal(size=(2, 9))
    for X, white in ((np.linalg.qr(rng.normal(size=(9, 4)))[0].T, True), (rng.normal(size=(4, 9)), False)):
        usual = 0.5 * np.sum((Y - weights[1] @ weights[0] @ X) ** 2) + 0.35 * sum((W**2).sum() for W in weights)
        assert (primal_value(weights, X, Y, 0.7) == pytest.approx(usual, rel=1e-12)) == white


@given(s=spectra, gamma=st.floats(0, 4), depth=st.integers(2, 10), data=st.data())
@settings(max_examples=80, deadline=None)
def test_weight_decay_has_a_gap_exactly_where_the_optimum_has_rank_two_or_more(s, gamma, depth, data):
    rank = data.draw(st.integers(1, s.size))
    optimum, dual = weight_decay_optimum(s, gamma, depth, rank), weight_decay_dual(s, gamma, depth, rank)
    assert dual <= optimum * (1 + 1e-9)
    if depth == 2:
        assert optimum == pytest.approx(optimal_value(s, gamma, rank), rel=1e-12)
    if depth == 2 or rank == 1:
        assert dual == pytest.approx(optimum, rel=1e-7)


def test_weight_decay_has_a_positive_gap_at_depth_three():
    s = [4.0, 3.0, 2.0]
    assert weight_decay_optimum(s, 0.5, 3, 3) > weight_decay_dual(s, 0.5, 3, 3) * 1.01
    assert optimal_value(s, 0.5, 3) == pytest.approx(0.5 * 0.25 * 3 + 0.5 * (3.5 + 2.5 + 1.5))


@given(s=spectra, gamma=st.floats(0.01, 4), depth=st.integers(3, 6))
@settings(max_examples=15, deadline=None)
def test_weight_decay_optimum_and_dual_agree_with_brute_force(s, gamma, depth):
    s = s[:2]
    grid = np.linspace(0, s[0], 401)
    m = grid[:, None] if s.size == 1 else np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    fit = 0.5 * ((m - s) ** 2).sum(axis=1)
    optimum = (fit + 0.5 * gamma * depth * (m ** (2 / depth)).sum(axis=1)).min()
    dual = (fit + 0.5 * gamma * depth * m.sum(axis=1) ** (2 / depth)).min()
    for mine, brute in ((weight_decay_optimum, optimum), (weight_decay_dual, dual)):
        value = mine(s, gamma, depth, s.size)
        assert value <= brute * (1 + 1e-12)
        assert value >= brute - 1e-3 * (1 + brute)


def test_balanced_networks_attain_the_weight_decay_optimum_of_a_diagonal_problem():
    s, gamma, depth = np.array([4.0, 3.0]), 0.5, 3
    m = np.array([optimum_scalar(value, gamma, depth) for value in s])
    weights = [np.diag(m ** (1 / depth))] * depth
    value = weight_decay_value(weights, np.eye(2), np.diag(s), gamma)
    assert value == pytest.approx(weight_decay_optimum(s, gamma, depth, 2), rel=1e-6)


def optimum_scalar(sigma, gamma, depth):
    grid = np.linspace(0, sigma, 200_001)
    return grid[np.argmin(0.5 * (sigma - grid) ** 2 + 0.5 * gamma * depth * grid ** (2 / depth))]


def test_a_circular_convolution_layer_is_a_product_with_the_patches():
    rng = np.random.default_rng(2)
    signals, bank = rng.normal(size=(4, 7)), rng.normal(size=(3, 5))
    padded = torch.nn.functional.pad(torch.as_tensor(signals)[:, None], (0, 4), mode="circular")
    theirs = torch.nn.functional.conv1d(padded, torch.as_tensor(bank)[:, None])
    mine = (bank @ circular_patches(signals, 5)).reshape(3, 4, 7).transpose(1, 0, 2)
    np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-12)
    square = circular_patches(signals[:1], 7)
    np.testing.assert_allclose(square[1:, :-1], square[:-1, 1:])


def test_recovered_convolutional_network_attains_the_dual_value_in_torch():
    X, Y = instance("circulant", np.random.default_rng(3))
    solution = solve_dual(X, Y, 3.0, 3)
    bank, mix, last = recover_weights(X, Y, solution, [3, 3])
    signals = X[0].reshape(10, 12)
    x = torch.nn.functional.pad(torch.as_tensor(signals)[:, None], (0, 4), mode="circular")
    x = torch.nn.functional.conv1d(x, torch.as_tensor(bank)[:, None])
    for layer in (mix, last):
        x = torch.nn.functional.conv1d(x, torch.as_tensor(layer)[:, :, None])
    outputs = x.numpy().transpose(1, 0, 2).reshape(Y.shape)
    penalty = sum(schatten_power(W, 3) for W in (bank @ X, mix, last))
    assert 0.5 * np.sum((Y - outputs) ** 2) + penalty == pytest.approx(solution.value, rel=1e-9)


def test_an_affine_first_layer_is_linear_on_inputs_with_a_row_of_ones():
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(3, 20)), rng.normal(size=(2, 20)) + 5
    affine = with_bias_row(X)
    weights = recover_weights(affine, Y, solve_dual(affine, Y, 0.0, 2), [2])
    W, b = weights[1] @ weights[0][:, :-1], weights[1] @ weights[0][:, -1]
    V, c = cp.Variable((2, 3)), cp.Variable((2, 1))
    problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(Y - V @ X - c @ np.ones((1, 20)))))
    problem.solve(solver="CLARABEL")
    assert 0.5 * np.sum((Y - W @ X - b[:, None]) ** 2) == pytest.approx(problem.value, rel=1e-7)


@pytest.mark.parametrize(
    ("weights", "name"),
    [
        ([], "weights"),
        ([np.ones((2, 4))], "weights"),
        ([np.ones((2, 3)), np.ones((3, 2))], r"weights\[0\]"),
        ([np.ones((2, 4)), np.ones((3, 3))], r"weights\[1\]"),
        ([np.full((3, 4), np.nan)], r"weights\[0\]"),
    ],
)
def test_weights_that_do_not_fit_are_named(weights, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        primal_value(weights, np.ones((4, 5)), np.ones((3, 5)), 1.0)


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match=r"^gamma: "):
        primal_value([np.ones((3, 4))], np.ones((4, 5)), np.ones((3, 5)), -1.0)
