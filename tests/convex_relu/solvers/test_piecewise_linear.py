"""Convex programs of leaky ReLU and absolute value against closed forms, the ReLU solver and trained networks."""

import numpy as np
import pytest

from convexify.convex_relu.networks.network_training import fit_networks, objectives
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.piecewise_linear import solve_piecewise_linear
from convexify.convex_relu.solvers.solve import solve

SLOPES = (0.0, 0.2, -1.0, -0.4)


def instance(seed, n=8, d=2):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize("seed", range(3))
def test_network_of_the_optimum_has_its_objective_and_the_gap_is_closed(seed, slope):
    X, y = instance(seed)
    answer = solve_piecewise_linear(X, y, enumerate_patterns(X), 0.3, slope)
    W, a = answer.weights()
    found = objectives(X, y[:, None], 0.3, W[None], a[None], negative_slope=slope)
    assert found[0] == pytest.approx(answer.primal, rel=1e-10)
    assert answer.gap <= 1e-6
    assert answer.violation <= 1e-10


@pytest.mark.parametrize("slope", SLOPES)
def test_no_trained_network_is_below_and_the_best_comes_close(slope):
    X, y = instance(5)
    answer = solve_piecewise_linear(X, y, enumerate_patterns(X), 0.3, slope)
    starts = fit_networks(
        X, np.repeat(y[:, None], 30, axis=1), 0.3, 15, method="adam", iterations=600, seed=1,
        step=lambda k: 0.05 * 10 ** (-k / 200), negative_slope=slope,
    )  # fmt: skip
    assert starts.final_objectives.min() >= answer.dual
    assert starts.final_objectives.min() <= 1.001 * answer.primal


def test_dual_point_satisfies_the_constraint_for_every_weight_vector():
    X, y = instance(7)
    U = np.random.default_rng(0).standard_normal((2, 20000))
    U /= np.linalg.norm(U, axis=0)
    for slope in SLOPES:
        nu = solve_piecewise_linear(X, y, enumerate_patterns(X), 0.3, slope).nu
        inner = X @ U
        assert np.abs(nu @ np.where(inner > 0, inner, slope * inner)).max() <= 0.3 * (1 + 1e-9)


def test_slope_0_is_the_relu_program():
    X, y = instance(2)
    patterns = enumerate_patterns(X)
    relu = solve(X, y, patterns, 0.2, tol=1e-8)
    assert solve_piecewise_linear(X, y, patterns, 0.2, 0.0).primal == pytest.approx(relu.primal, rel=1e-6)


def test_slope_1_is_a_linear_model_with_a_penalised_norm():
    X, y = instance(3)
    answer = solve_piecewise_linear(X, y, enumerate_patterns(X), 0.2, 1.0)
    # ½‖Xb − y‖² + β‖b‖: at the optimum (X'X + β/‖b‖) b = X'y; iterate the norm
    size = 1.0
    for _ in range(500):
        b = np.linalg.solve(X.T @ X + 0.2 / size * np.eye(2), X.T @ y)
        size = np.linalg.norm(b)
    assert answer.primal == pytest.approx(0.5 * np.sum((X @ b - y) ** 2) + 0.2 * size, rel=1e-7)


def test_bad_arguments_are_rejected_by_name():
    X, y = instance(0)
    patterns = enumerate_patterns(X)
    for arguments, name in (
        ((X, y[:-1], patterns, 0.1, 0.0), "y"),
        ((X, y, patterns[:-1], 0.1, 0.0), "patterns"),
        ((X, y, patterns, 0.0, 0.0), "beta"),
        ((X, y, patterns, 0.1, np.nan), "negative_slope"),
    ):
        with pytest.raises(ValueError, match=f"^{name}"):
            solve_piecewise_linear(*arguments)
