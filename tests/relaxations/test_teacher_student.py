"""Teacher and student: the convex loss forgets the neurons, the relaxed update moves them together."""

from itertools import permutations

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.relaxations import neuron
from convexify.relaxations.relaxed_minimum import minimise_relaxed
from convexify.relaxations.teacher_student import (
    RULES,
    matched_distance,
    network,
    network_descent,
    network_loss,
    network_relaxed_loss,
    teacher_student_problem,
)

seeds = st.integers(0, 2**32 - 1)


def direction(X, y, W, rule):
    """What one step of length 1 subtracts."""
    return W - network_descent(X, y, W, rule=rule, step=1.0, iterations=1).final


def problem(seed, k=None):
    rng = np.random.default_rng(seed)
    d, n = int(rng.integers(1, 6)), int(rng.integers(2, 20))
    W = rng.standard_normal((k or int(rng.integers(1, 5)), d))
    X = rng.standard_normal((d, n))
    return X, network(X, W), W, rng


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_relaxed_loss_of_a_network_is_convex_along_chords(seed):
    X, y, W, rng = problem(seed)
    V, t = rng.standard_normal(W.shape), rng.random()
    chord = (1 - t) * network_relaxed_loss(X, y, W) + t * network_relaxed_loss(X, y, V)
    assert network_relaxed_loss(X, y, (1 - t) * W + t * V) <= chord + 1e-9 * (1 + abs(chord))


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_relaxed_loss_of_k_neurons_has_the_minimum_of_one(seed, k):
    X, y, *_ = problem(seed, k)
    W = cp.Variable((k, X.shape[0]))
    objective = cp.sum_squares(cp.sum(cp.pos(W @ X), axis=0)) - 2 * cp.sum(W @ X @ y) + y @ y
    value = cp.Problem(cp.Minimize(objective)).solve(solver=cp.CLARABEL)
    one = minimise_relaxed(X, y)
    assert value == pytest.approx(one.value, abs=1e-6 * (1 + y @ y))
    equal = np.tile(one.weights / k, (k, 1))
    assert network_relaxed_loss(X, y, equal) == pytest.approx(one.value, abs=1e-9 * (1 + y @ y))


@pytest.mark.parametrize(("rule", "function"), [("vanilla", network_loss), ("relaxed loss", network_relaxed_loss)])
@pytest.mark.parametrize("seed", range(5))
def test_directions_are_half_gradients(rule, function, seed):
    X, y, W, rng = problem(seed)
    W = W + 0.3 * rng.standard_normal(W.shape)
    h = 1e-6
    numeric = np.zeros_like(W)
    for index in np.ndindex(W.shape):
        shift = np.zeros_like(W)
        shift[index] = h
        numeric[index] = (function(X, y, W + shift) - function(X, y, W - shift)) / (2 * h)
    np.testing.assert_allclose(2 * direction(X, y, W, rule), numeric, rtol=1e-4, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_relaxed_update_never_changes_the_differences_between_neurons(seed):
    X, y, W, rng = problem(seed, k=3)
    start = rng.standard_normal(W.shape)
    end = network_descent(X, y, start, rule="relaxed update", iterations=50).final
    np.testing.assert_allclose(end - end[0], start - start[0], atol=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_one_neuron_is_the_single_neuron(rule):
    X, y, W, _ = problem(8, k=1)
    start = -0.3 * W
    end = network_descent(X, y, start, rule=rule, iterations=40).final
    single = neuron.gradient_descent(X, y, start[0], relaxed=rule != "vanilla", iterations=40).final
    np.testing.assert_allclose(end[0], single, rtol=1e-10, atol=1e-12)
    assert network_loss(X, y, W) == pytest.approx(float(neuron.loss(X, y, W[0])), abs=1e-12)
    assert network_relaxed_loss(X, y, start) == pytest.approx(float(neuron.relaxed_loss(X, y, start[0])))


def test_the_teacher_is_a_fixed_point_of_vanilla_and_relaxed_update_but_not_of_the_relaxed_loss():
    X, y, W, _ = problem(21, k=2)
    for rule, still in (("vanilla", True), ("relaxed update", True), ("relaxed loss", False)):
        assert (np.abs(direction(X, y, W, rule)).max() < 1e-9) == still


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_matched_distance_is_the_smallest_over_all_orders(seed):
    _, _, W, rng = problem(seed, k=3)
    V = rng.standard_normal(W.shape)
    brute = min(np.linalg.norm(W - V[list(order)]) for order in permutations(range(3)))
    assert matched_distance(W, V) == pytest.approx(brute)
    assert matched_distance(W[::-1], W) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "relaxed"}, "^rule: expected one of 'vanilla'"),
        ({"W0": np.ones((2, 3))}, r"^W0: expected an array of shape \(…, any, 2\)"),
        ({"y": np.ones(2)}, r"^y: expected an array of shape \(…, 3\)"),
        ({"iterations": -1}, "^iterations: expected at least 0"),
    ],
)
def test_bad_input_is_refused_by_name(change, message):
    good = {"X": np.ones((2, 3)), "y": np.ones(3), "W0": np.ones((2, 2)), "rule": "vanilla", "iterations": 1}
    with pytest.raises(ValueError, match=message):
        network_descent(**{**good, **change})


def test_matching_more_than_six_neurons_is_refused():
    with pytest.raises(ValueError, match=r"^W \(number of neurons\): expected at most 6"):
        matched_distance(np.ones((7, 2)), np.ones((7, 2)))


def test_the_teacher_labels_unit_neurons_and_scales_one_noise():
    sizes = {"trials": 3, "d": 4, "n": 6, "neurons": 2}
    X, y, W = teacher_student_problem(np.random.default_rng(5), **sizes)
    _, noisy, _ = teacher_student_problem(np.random.default_rng(5), **sizes, noise=0.1)
    _, noisier, _ = teacher_student_problem(np.random.default_rng(5), **sizes, noise=0.2)
    np.testing.assert_allclose(np.linalg.norm(W, axis=-1), 1)
    np.testing.assert_allclose(network_loss(X, y, W), 0, atol=1e-20)
    np.testing.assert_allclose(noisier - y, 2 * (noisy - y), atol=1e-12)
    with pytest.raises(ValueError, match=r"^noise: expected at least 0"):
        teacher_student_problem(np.random.default_rng(5), **sizes, noise=-1.0)


@pytest.mark.parametrize("rule", RULES)
def test_leading_axes_broadcast_and_every_trial_has_its_own_step(rule):
    rng = np.random.default_rng(0)
    X, y, W = rng.standard_normal((4, 3, 10)), rng.standard_normal((4, 10)), rng.standard_normal((5, 4, 2, 3))
    together = network_descent(X, y, W, rule=rule, iterations=20).final
    for s, start in enumerate(W):
        np.testing.assert_allclose(
            together[s], network_descent(X, y, start, rule=rule, iterations=20).final, rtol=1e-10, atol=1e-12
        )
    shared = network_descent(X, y, W[0, 0], rule=rule, iterations=20).final
    np.testing.assert_allclose(
        shared[2], network_descent(X[2], y[2], W[0, 0], rule=rule, iterations=20).final, rtol=1e-10, atol=1e-12
    )
