"""Stationary points are optima of the convex program on their own signs (Wang, Lacotte, Pilanci)."""

import numpy as np
import pytest

from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.stationarity import (
    generalised_gradient_norm,
    restricted_patterns,
    solve_restricted,
    stationarity,
)
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.solve import solve

WANG_X, WANG_Y, WANG_BETA = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([1.0, 0.0, 0.0]), 0.1


def descend(network, X, y, beta, steps=20_000, rate=0.05):
    """Plain (sub)gradient descent with a decreasing step: the training that is examined."""
    W, a = network.W.copy(), network.a.copy()
    for k in range(steps):
        hidden = np.maximum(X @ W, 0)
        r = hidden @ a - y
        dW = X.T @ ((hidden > 0) * np.outer(r, a)) + beta * W
        da = hidden.T @ r + beta * a
        step = rate / (1 + k / 2000)
        W, a = W - step * dW, a - step * da
    return TwoLayerReLU(W, a)


@pytest.mark.parametrize("seed", range(6))
def test_trained_networks_of_the_example_are_optimal_on_their_signs_and_never_below_the_optimum(seed):
    rng = np.random.default_rng(seed)
    start = TwoLayerReLU(rng.standard_normal((2, 3)), rng.standard_normal(3))
    trained = descend(start, WANG_X, WANG_Y, WANG_BETA)
    # neurons near a kink are put on it: the tolerance is that of descent with a step, not of float64
    result = stationarity(trained, WANG_X, WANG_Y, WANG_BETA, tolerance=1e-3)
    optimum = solve(WANG_X, WANG_Y, enumerate_patterns(WANG_X), WANG_BETA, tol=1e-9).dual
    assert abs(result.objective - result.restricted_objective) <= 1e-4 * result.objective
    assert result.restricted_objective >= optimum * (1 - 1e-8)
    # on these signs the optimum itself is a stationary network, with both objectives equal to solver accuracy
    signs = restricted_patterns(trained, WANG_X, tolerance=1e-3)
    best = solve_restricted(WANG_X, WANG_Y, signs, WANG_BETA)
    exact = as_network(best.v, best.w)
    again = stationarity(exact, WANG_X, WANG_Y, WANG_BETA, tolerance=1e-6)
    assert abs(again.objective - again.restricted_objective) <= 1e-8
    assert again.lower_bound == pytest.approx(again.objective, abs=1e-7)
    assert again.residual < 1e-5


def as_network(v, w):
    both, signs = np.hstack([v, w]), np.repeat([1.0, -1.0], v.shape[1])
    kept = np.linalg.norm(both, axis=0) > 1e-6
    return TwoLayerReLU(both[:, kept], signs[kept]).rescaled()


def test_example_has_a_stationary_network_that_is_not_optimal():
    # no neuron at all is stationary; the optimum of the exact program is strictly better
    zero = TwoLayerReLU(np.zeros((2, 1)), [0.0])
    result = stationarity(zero, WANG_X, WANG_Y, WANG_BETA)
    optimum = solve(WANG_X, WANG_Y, enumerate_patterns(WANG_X), WANG_BETA, tol=1e-9).primal
    assert result.residual == 0
    assert result.objective == result.restricted_objective == pytest.approx(0.5)
    assert optimum < 0.5 * (1 - 1e-3)


def test_a_network_that_is_not_stationary_is_told_apart():
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((10, 2)), rng.standard_normal(10)
    result = stationarity(TwoLayerReLU(rng.standard_normal((2, 4)), rng.standard_normal(4)), X, y, 0.1)
    assert result.residual > 0.1
    assert result.gap > 0.01
    assert result.lower_bound <= result.restricted_objective * (1 + 1e-8) < result.objective


@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
def test_restricted_program_without_zeros_is_the_ordinary_one(loss):
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((9, 3)), np.where(np.arange(9) % 2, 1.0, -1.0)
    patterns = np.unique(X @ rng.standard_normal((3, 5)) >= 0, axis=1)
    restricted = solve_restricted(X, y, np.where(patterns, 1, -1), 0.3, loss=loss)
    assert restricted.objective == pytest.approx(solve(X, y, patterns, 0.3, loss=loss, tol=1e-8).primal, rel=1e-6)
    assert restricted.lower_bound <= restricted.objective
    if loss != "hinge":
        assert restricted.gap <= 1e-6


def test_equalities_of_the_restricted_program_hold_to_rounding():
    signs = np.array([[0], [1], [1]])
    best = solve_restricted(WANG_X, WANG_Y, signs, WANG_BETA)
    assert np.abs(WANG_X[0] @ np.hstack([best.v, best.w])).max() < 1e-14
    assert best.violation < 1e-14


def test_gradient_norm_is_that_of_finite_differences_away_from_kinks():
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((7, 3)), np.where(np.arange(7) % 2, 1.0, -1.0)
    W, a = rng.standard_normal((3, 2)), rng.standard_normal(2)
    for loss in ("squared", "logistic"):

        def value(flat, loss=loss):
            return network_objective(TwoLayerReLU(flat[:6].reshape(3, 2), flat[6:]), X, y, 0.2, loss=loss)

        point, h = np.concatenate([W.ravel(), a]), 1e-6
        gradient = [(value(point + h * e) - value(point - h * e)) / (2 * h) for e in np.eye(8)]
        measured = generalised_gradient_norm(TwoLayerReLU(W, a), X, y, 0.2, loss=loss)
        assert measured == pytest.approx(np.linalg.norm(gradient), rel=1e-7)


def test_kinks_take_the_best_derivative_between_0_and_1():
    # f(x) = a (xu)_+ with u = 0 on the one sample: t x r a is in [-1, 0] and cancels nothing but what beta u adds
    X, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([2.0, 0.5])
    u, a = np.array([1.0, 0.0]), 1.0
    network = TwoLayerReLU(u[:, None], [a])
    # gradient in u: -(2 - 1) + beta in the first entry, -t a (0.5 - 0) in the second: best t is 0
    expected = np.hypot(0.1 - 1, 0.1 - 1)
    assert generalised_gradient_norm(network, X, y, 0.1) == pytest.approx(expected)


def test_bad_networks_are_rejected_by_name():
    with pytest.raises(ValueError, match=r"^network: expected a TwoLayerReLU with one output"):
        stationarity(TwoLayerReLU(np.ones((2, 1)), np.ones((1, 2))), WANG_X, WANG_Y, 0.1)
    with pytest.raises(ValueError, match=r"^signs: expected patterns"):
        solve_restricted(WANG_X, WANG_Y, np.zeros((3, 1)), 0.1)
