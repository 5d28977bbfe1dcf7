"""Minimisers of the relaxed and the squared loss: cvxpy, closed forms and brute force as oracles."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from convexify.relaxations.neuron import loss, relaxed_loss
from convexify.relaxations.relaxed_minimum import minimise_relaxed, unbounded_direction
from convexify.relaxations.squared_loss_minimum import (
    minimise_scalar_weight,
    minimise_vanilla,
    teacher_is_identifiable,
)

seeds = st.integers(0, 2**32 - 1)


def problem(seed, labels="any"):
    rng = np.random.default_rng(seed)
    d, n = int(rng.integers(1, 8)), int(rng.integers(1, 30))
    X, w = rng.standard_normal((d, n)), rng.standard_normal(d)
    y = {"any": rng.standard_normal(n), "planted": np.maximum(X.T @ w, 0), "non-negative": rng.random(n)}[labels]
    return X, y, w, rng


@pytest.mark.parametrize("labels", ["any", "planted", "non-negative"])
@pytest.mark.parametrize("seed", range(12))
def test_relaxed_minimum_agrees_with_cvxpy(seed, labels):
    X, y, *_ = problem(seed, labels)
    w = cp.Variable(X.shape[0])
    oracle = cp.Problem(cp.Minimize(cp.sum_squares(cp.pos(X.T @ w)) - 2 * (X @ y) @ w + y @ y))
    oracle.solve(solver=cp.CLARABEL)
    found = minimise_relaxed(X, y)
    assert found.bounded == oracle.status.startswith("optimal")
    if found.bounded:
        assert found.value == pytest.approx(oracle.value, abs=1e-6 * (1 + y @ y))


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_relaxed_minimum_is_certified_by_its_dual(seed):
    X, y, *_ = problem(seed)
    # Within rounding of being unbounded a minimiser lies too far out for the tolerances below.
    assume(unbounded_direction(X, y) is not None or np.abs(nnls(X, X @ y)[0]).max() < 1e2)
    found = minimise_relaxed(X, y)
    if found.bounded:
        assert abs(found.gap) <= 1e-9
        assert found.violation <= 1e-9
        assert (found.multipliers >= 0).all()
        assert loss(X, y, found.weights) == pytest.approx(((found.multipliers - y) ** 2).sum(), abs=1e-7 * (1 + y @ y))
    else:
        assert (X.T @ found.ray <= 1e-9).all()
        assert found.ray @ X @ y > 0
        falling = [relaxed_loss(X, y, t * found.ray) for t in (0.0, 1e3, 1e6)]
        assert falling[0] > falling[1] > falling[2]


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_planted_labels_make_the_relaxed_minimiser_a_minimiser_of_the_loss(seed):
    X, y, *_ = problem(seed, "planted")
    found = minimise_relaxed(X, y)
    assert found.bounded
    assert loss(X, y, found.weights) <= 1e-14 * (1 + y @ y)


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_relaxed_loss_is_bounded_below_for_non_negative_labels(seed):
    X, y, *_ = problem(seed, "non-negative")
    assert unbounded_direction(X, y) is None
    assert minimise_relaxed(X, y).value >= -1e-9


def test_relaxed_minimiser_of_the_counterexample_is_not_a_minimiser_of_the_loss():
    X, y = np.array([[1.0, -1.0]]), np.array([1.0, 1.0])
    found = minimise_relaxed(X, y)
    assert found.weights == pytest.approx([0.0])
    assert loss(X, y, found.weights) == pytest.approx(2.0)
    assert minimise_scalar_weight(X[0], y)[1] == pytest.approx(1.0)


def test_relaxed_loss_of_a_negative_label_is_unbounded():
    found = minimise_relaxed([[1.0]], [-1.0])
    assert not found.bounded
    assert found.value == -np.inf
    np.testing.assert_allclose(found.ray, [-1.0])


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_scalar_minimum_agrees_with_a_grid(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, int(rng.integers(1, 8))))
    w, value = minimise_scalar_weight(x, y)
    bound = 1 + 2 * np.abs(y).max() / np.abs(x).min()
    grid = np.linspace(-bound, bound, 4001)[:, None]
    assert value == pytest.approx(float(loss(x[None], y, [w])))
    assert value <= loss(x[None], y, grid).min() + 1e-12


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_multi_start_reaches_the_scalar_minimum_and_never_ends_above_a_start(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, 6))
    starts = np.array([[-3.0], [-0.1], [0.1], [3.0]])
    weights, values = minimise_vanilla(x[None], y, starts)
    assert (values <= loss(x[None], y, starts)).all()
    assert loss(x[None], y, weights) == values.min()
    assert values.min() == pytest.approx(minimise_scalar_weight(x, y)[1], abs=1e-6 * (1 + y @ y))


def test_identifiability_agrees_with_the_spread_of_relaxed_minimisers():
    agreed = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        X, w = rng.standard_normal((4, int(rng.integers(4, 13)))), rng.standard_normal(4)
        y = np.maximum(X.T @ w, 0)
        moves = [
            cp.Problem(
                cp.Maximize(direction @ (v := cp.Variable(4))),
                [X[:, y > 0].T @ v == 0, X[:, y == 0].T @ v <= 0, cp.norm(v, "inf") <= 1],
            ).solve(solver=cp.CLARABEL)
            for direction in (*np.eye(4), *-np.eye(4))
        ]
        unique = teacher_is_identifiable(X, y)
        assert unique == (max(moves) < 1e-5)
        agreed.append(unique)
    assert 0 < sum(agreed) < len(agreed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minimise_relaxed(np.ones((2, 3)), np.ones(2)), "^y: expected 3 entries"),
        (lambda: minimise_relaxed([[np.nan]], [1.0]), "^X: expected finite entries"),
        (lambda: minimise_relaxed([[1.0]], [1.0], tol=0), "^tol: expected more than 0"),
        (lambda: minimise_relaxed([[1.0]], [1.0], max_iter=0), "^max_iter: expected at least 1"),
        (lambda: minimise_vanilla([[1.0]], [1.0], np.ones((2, 2))), "^starts: expected 1 columns"),
        (lambda: teacher_is_identifiable([[1.0]], [-1.0]), "^y: expected no negative entry"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("units", [(1e-6, 1e-6), (1e-9, 1e5), (1e6, 1e-12), (1e-40, 1e-40)])
def test_minimisers_do_not_depend_on_units(units):
    x_unit, y_unit = units
    rng = np.random.default_rng(0)
    X, planted = rng.standard_normal((3, 30)), np.array([1.0, -2.0, 0.5])
    clean = np.maximum(X.T @ planted, 0)
    starts = rng.standard_normal((5, 3))
    for y in (clean, clean + 0.3 * rng.standard_normal(30)):
        plain, scaled = minimise_relaxed(X, y), minimise_relaxed(x_unit * X, y_unit * y)
        np.testing.assert_allclose(scaled.weights * x_unit / y_unit, plain.weights, rtol=1e-9)
        assert abs(scaled.gap) <= 1e-12
        assert scaled.violation <= 1e-12
        best, values = minimise_vanilla(X, y, starts)
        scaled, others = minimise_vanilla(x_unit * X, y_unit * y, starts * y_unit / x_unit)
        np.testing.assert_allclose(scaled * x_unit / y_unit, best, rtol=1e-4)
        assert others.min() / y_unit**2 == pytest.approx(values.min(), rel=1e-6, abs=1e-12)
