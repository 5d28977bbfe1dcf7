"""A single ReLU neuron: the identities of the relaxed loss and gradient descent on both losses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.relaxations.neuron import (
    asymptotic_covariance,
    default_step,
    gradient_descent,
    half_gradient,
    loss,
    preactivations,
    relaxed_loss,
)

seeds = st.integers(0, 2**32 - 1)


def problem(seed, planted=False, trials=()):
    rng = np.random.default_rng(seed)
    d, n = int(rng.integers(1, 7)), int(rng.integers(1, 15))
    X, w = rng.standard_normal((*trials, d, n)), rng.standard_normal((*trials, d))
    y = np.maximum(preactivations(X, w), 0) if planted else rng.standard_normal((*trials, n))
    return X, y, w, rng


def central_difference(function, w, h=1e-6):
    return np.array([(function(w + h * e) - function(w - h * e)) / (2 * h) for e in np.eye(w.size)])


@settings(max_examples=80, deadline=None)
@given(seed=seeds)
def test_relaxed_loss_is_the_loss_plus_twice_the_labels_on_the_inactive_side(seed):
    X, y, w, _ = problem(seed)
    expected = loss(X, y, w) + 2 * y @ np.maximum(-X.T @ w, 0)
    np.testing.assert_allclose(relaxed_loss(X, y, w), expected, rtol=1e-12, atol=1e-10)


@settings(max_examples=80, deadline=None)
@given(seed=seeds)
def test_relaxed_loss_is_convex_along_chords(seed):
    X, y, w, rng = problem(seed)
    v, t = rng.standard_normal(w.shape), rng.random()
    chord = (1 - t) * relaxed_loss(X, y, w) + t * relaxed_loss(X, y, v)
    assert relaxed_loss(X, y, (1 - t) * w + t * v) <= chord + 1e-10 * (1 + abs(chord))


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_planted_weights_attain_the_minimum_zero_of_both_losses(seed):
    X, y, w, rng = problem(seed, planted=True)
    assert loss(X, y, w) == 0
    assert abs(relaxed_loss(X, y, w)) <= 1e-12 * (1 + y @ y)
    other = rng.standard_normal(w.shape)
    assert relaxed_loss(X, y, other) >= loss(X, y, other) - 1e-10 * (1 + y @ y)


@pytest.mark.parametrize(("relaxed", "function"), [(True, relaxed_loss), (False, loss)])
@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_half_gradients_agree_with_finite_differences(relaxed, function, seed):
    X, y, w, _ = problem(seed)
    # The loss has a kink at every hyperplane: stay a safe distance away from it.
    if np.abs(X.T @ w).min() < 1e-3:
        return
    numeric = central_difference(lambda v: function(X, y, v), w)
    np.testing.assert_allclose(2 * half_gradient(X, y, w, relaxed=relaxed), numeric, rtol=1e-5, atol=1e-5)


def test_relaxed_half_gradient_is_the_glm_tron_direction():
    X, y, w, _ = problem(4)
    np.testing.assert_allclose(half_gradient(X, y, w, relaxed=True), X @ (np.maximum(X.T @ w, 0) - y), atol=1e-13)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_relaxed_loss_never_rises_under_the_default_step(seed):
    X, y, w, _ = problem(seed)
    run = gradient_descent(X, y, w, relaxed=True, iterations=20, record=range(21))
    values = relaxed_loss(X, y, run.weights)
    assert (np.diff(values) <= 1e-10 * (1 + np.abs(values[:-1]))).all()


@pytest.mark.parametrize("relaxed", [True, False])
def test_a_batch_of_trials_is_the_trials_one_by_one(relaxed):
    X, y, w, _ = problem(11, trials=(5,))
    batch = gradient_descent(X, y, w, relaxed=relaxed, iterations=30, record=[0, 7, 30])
    assert batch.iterations.tolist() == [0, 7, 30]
    for trial in range(5):
        single = gradient_descent(X[trial], y[trial], w[trial], relaxed=relaxed, iterations=30, record=[0, 7, 30])
        np.testing.assert_allclose(batch.weights[:, trial], single.weights, rtol=1e-12, atol=1e-12)


def test_leading_axes_broadcast_and_every_trial_has_its_own_step():
    rng = np.random.default_rng(0)
    X, y, W = rng.standard_normal((4, 3, 10)), rng.standard_normal((4, 10)), rng.standard_normal((5, 4, 3))
    options = {"relaxed": True, "iterations": 50, "record": np.array([0, 50])}
    # five starts, four problems
    together = gradient_descent(X, y, W, **options).weights
    for s, start in enumerate(W):
        np.testing.assert_allclose(together[:, s], gradient_descent(X, y, start, **options).weights, rtol=1e-12)
    # one start for all problems; one problem with many labels; steps that add an axis
    shared = gradient_descent(X, y, W[0, 0], **options).final
    np.testing.assert_allclose(shared[2], gradient_descent(X[2], y[2], W[0, 0], **options).final, rtol=1e-12)
    labels = gradient_descent(X[0], y, W[0, 0], **options).final
    np.testing.assert_allclose(labels[3], gradient_descent(X[0], y[3], W[0, 0], **options).final, rtol=1e-12)
    steps = gradient_descent(X[0], y[0], W[0, 0], step=[0.01, 0.02], **options).final
    np.testing.assert_allclose(steps[1], gradient_descent(X[0], y[0], W[0, 0], step=0.02, **options).final, rtol=1e-12)
    with pytest.raises(ValueError, match="leading axes"):
        gradient_descent(X, y[:3], W[0], **options)


def test_zero_iterations_return_the_start():
    X, y, w, _ = problem(3)
    np.testing.assert_array_equal(gradient_descent(X, y, w, relaxed=True, iterations=0).final, w)


def test_relaxed_descent_recovers_a_planted_neuron():
    rng = np.random.default_rng(0)
    X, w = rng.standard_normal((5, 100)), rng.standard_normal(5)
    y = np.maximum(X.T @ w, 0)
    run = gradient_descent(X, y, np.zeros(5), relaxed=True, iterations=2000)
    np.testing.assert_allclose(run.final, w, atol=1e-8)


def test_vanilla_descent_does_not_move_from_a_dead_neuron_and_the_relaxed_one_does():
    X, y, w = np.array([[1.0, 2.0]]), np.array([1.0, 2.0]), np.array([-1.0])
    assert gradient_descent(X, y, w, relaxed=False, iterations=50).final == w
    np.testing.assert_allclose(gradient_descent(X, y, w, relaxed=True, iterations=200).final, [1.0])


def test_a_step_that_is_too_long_is_reported_as_diverged_in_its_trial_only():
    # Each step multiplies w by 1 − η, on the side on which one of the two samples is active.
    X, y = np.array([[1.0, -1.0]]), np.zeros(2)
    run = gradient_descent(X, y, np.ones((2, 1)), relaxed=True, step=[1e3, 0.1], iterations=400)
    assert run.diverged.tolist() == [True, False]


def test_relaxed_minimiser_has_twice_the_variance_in_the_limit():
    assert asymptotic_covariance(0.1, 50, relaxed=True) == pytest.approx(4 * 0.01 / 50)
    assert asymptotic_covariance(0.1, 50, relaxed=False) == pytest.approx(2 * 0.01 / 50)


def test_default_step_is_the_inverse_squared_spectral_norm():
    X = np.random.default_rng(1).standard_normal((3, 4, 9))
    np.testing.assert_allclose(default_step(X), [1 / np.linalg.svd(x)[1][0] ** 2 for x in X])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones(3)}, r"^X: expected an array of shape \(…, any, any\)"),
        ({"X": np.ones((2, 0))}, "^X: expected an array of shape"),
        ({"y": np.ones(4)}, r"^y: expected an array of shape \(…, 3\), got \(4,\)"),
        ({"y": [1.0, np.nan, 0.0]}, "^y: expected finite entries"),
        ({"w0": np.ones(3)}, r"^w0: expected an array of shape \(…, 2\)"),
        ({"w0": [np.inf, 0.0]}, "^w0: expected finite entries"),
        ({"step": 0.0}, "^step: expected more than 0"),
        ({"step": True}, "^step: expected a step length"),
        ({"X": np.zeros((2, 3))}, "^X: expected a sample other than zero"),
        ({"step": np.nan}, "^step: expected finite entries"),
        ({"iterations": -1}, "^iterations: expected at least 0"),
        ({"iterations": 2.5}, "^iterations: expected an integer"),
        ({"record": [3]}, "^record: expected at most 2"),
    ],
)
def test_bad_input_is_refused_by_name(change, message):
    good = {"X": np.ones((2, 3)), "y": np.ones(3), "w0": np.ones(2), "relaxed": True, "iterations": 2}
    with pytest.raises(ValueError, match=message):
        gradient_descent(**{**good, **change})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: asymptotic_covariance(1.0, 0, relaxed=True), "^n: expected at least 1"),
        (lambda: asymptotic_covariance(-1.0, 5, relaxed=True), "^noise: expected at least 0"),
        (lambda: default_step([1.0, 2.0]), "^X: expected an array of shape"),
        (lambda: default_step([[np.nan]]), "^X: expected finite entries"),
    ],
)
def test_bad_input_of_step_and_covariance_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
