"""Strong penalties: values, minimisers, counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from convexify.curvature.penalties import distinct_rows, frozen_minimiser, minimise, quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss
from convexify.curvature.threshold import convexity_threshold

X = np.linspace(-2, 2, 20)[:, None]
Y = np.sin(2 * X[:, 0])


@given(st.sampled_from(["l2", "shift", "geometric"]), st.floats(0.0, 5.0))
@settings(max_examples=30, deadline=None)
def test_gradient_is_that_of_the_value(kind, lam):
    centre = np.array([0.3, -0.2, 0.1]) if kind == "shift" else None
    penalty = quadratic_penalty(kind, lam, 3, centre=centre)
    theta = np.array([0.5, -1.0, 0.25])
    numeric = approx_fprime(theta, lambda t: penalty.value_and_gradient(t)[0], 1e-7)
    assert penalty.value_and_gradient(theta)[1] == pytest.approx(numeric, abs=1e-3 * (1 + lam**3))


def test_geometric_weights_are_powers():
    assert quadratic_penalty("geometric", 2.0, 3).weights.tolist() == [2.0, 4.0, 8.0]


def test_every_start_ends_in_the_one_minimum_beyond_the_threshold():
    loss = ShallowLoss(X, Y, 2)
    p = loss.layout.size
    threshold = convexity_threshold(loss, -np.ones(p), np.ones(p), samples=128, starts=4)
    penalty = quadratic_penalty("l2", threshold.upper, p)
    starts = np.random.default_rng(0).uniform(-1, 1, (10, p))
    ends = [minimise(loss, penalty, start, 1.0) for start in starts]
    assert max(end.stationarity for end in ends) < 1e-8
    assert distinct_rows([end.point for end in ends], 1e-6) == 1
    neurons = loss.neurons(ends[0].point)
    assert neurons[0] == pytest.approx(neurons[1], abs=1e-7)


def test_unpenalised_network_has_several_minima():
    loss = ShallowLoss(X, Y, 2)
    starts = np.random.default_rng(0).uniform(-2, 2, (10, loss.layout.size))
    penalty = quadratic_penalty("l2", 1e-3, loss.layout.size)
    assert distinct_rows([minimise(loss, penalty, start, 2.0).point for start in starts], 1e-3) > 1


def test_search_stays_in_the_box_and_never_rises():
    loss = ShallowLoss(X, Y, 2, activation="relu")
    penalty = quadratic_penalty("geometric", 0.5, loss.layout.size)
    for start in np.random.default_rng(1).uniform(-1, 1, (5, loss.layout.size)):
        end = minimise(loss, penalty, start, 1.0)
        before = loss.value_and_gradient(start)[0] + penalty.value_and_gradient(start)[0]
        assert abs(end.point).max() <= 1 + 1e-12
        assert end.value <= before


def test_expansion_of_the_shifted_minimiser_errs_by_the_square_of_the_inverse_factor():
    loss = ShallowLoss(X, Y, 2)
    centre = 0.3 * np.random.default_rng(4).standard_normal(loss.layout.size)
    errors = []
    for lam in (10.0, 100.0):
        end = minimise(loss, quadratic_penalty("shift", lam, centre.size, centre=centre), centre, 2.0)
        errors.append(np.linalg.norm(end.point - frozen_minimiser(loss, centre, lam)))
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quadratic_penalty("l2", -1.0, 2), "lam: expected at least 0"),
        (lambda: quadratic_penalty("l2", 1.0, 2.0), "size: expected an integer"),
        (lambda: quadratic_penalty("geometric", 1.0, 0), "size: expected at least 1"),
        (lambda: distinct_rows([[0.0]], -1.0), "tolerance: expected at least 0"),
        (lambda: distinct_rows([[np.nan]], 1.0), "rows: expected finite entries"),
        (lambda: quadratic_penalty("l1", 1.0, 2), "kind: expected one of"),
        (lambda: quadratic_penalty("shift", 1.0, 2), "centre: expected exactly for the kind 'shift'"),
        (lambda: quadratic_penalty("shift", 1.0, 2, centre=[1.0]), "centre: expected 2 entries"),
        (
            lambda: minimise(ShallowLoss(X, Y, 1), quadratic_penalty("l2", 1.0, 4), np.full(4, 3.0), 2.0),
            "start: expected entries within",
        ),
        (
            lambda: minimise(ShallowLoss(X, Y, 1), quadratic_penalty("l2", 1.0, 4), np.zeros(4), 0.0),
            "bound: expected more than 0",
        ),
        (lambda: frozen_minimiser(ShallowLoss(X, Y, 1), np.zeros(4), 0.0), "lam: expected more than 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
