"""Across a kink that bends downwards every penalty is outweighed by a small enough step, for any data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify.curvature.kink import (
    kink_point,
    largest_negative_step,
    second_difference,
    second_difference_at_kink,
    slope_jump,
)
from convexify.curvature.penalties import quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss

X = np.linspace(-2, 2, 15)[:, None]
Y = np.sin(2 * X[:, 0]) + 0.5


def relu(y=Y):
    return ShallowLoss(X, y, 2, activation="relu")


@given(
    st.lists(st.floats(-10, 10), min_size=15, max_size=15),
    st.floats(0.1, 5.0),
    st.floats(0.0, 1e6),
    st.sampled_from([0.1, 0.5, 0.9, 1.1, 3.0]),
)
def test_measured_second_difference_is_the_closed_form_for_any_data(y, bound, lam, factor):
    loss = relu(np.array(y))
    theta, step = kink_point(loss, bound), factor * largest_negative_step(loss, bound, lam)
    assert abs(theta).max() <= bound
    measured = second_difference(loss, quadratic_penalty("l2", lam, theta.size), theta, loss.layout.b.start, step)
    closed = second_difference_at_kink(loss, bound, lam, step)
    # Rounding of three values of the loss, divided by the square of the step.
    rounding = 64 * np.finfo(float).eps * loss.value_and_gradient(theta)[0] / step**2
    scale = abs(slope_jump(loss, bound)) / step
    assert measured == pytest.approx(closed, rel=0, abs=1e-9 * scale + rounding)
    assert (closed < 0) == (factor < 1)


def test_every_sample_sits_on_the_kink_and_the_slope_jumps_down():
    loss = relu()
    theta = kink_point(loss, 2.0)
    assert loss.neurons(theta)[0].tolist() == [0.0, 0.0, 2.0]
    small = 1e-7
    bias = np.zeros_like(theta)
    bias[loss.layout.b.start] = small
    at, before, after = (loss.value_and_gradient(point)[0] for point in (theta, theta - bias, theta + bias))
    assert (after - at) / small - (at - before) / small == pytest.approx(slope_jump(loss, 2.0), rel=1e-5)


def test_second_difference_of_a_smooth_loss_is_its_second_derivative():
    loss = ShallowLoss(X, Y, 1, activation="linear")
    theta = np.array([0.3, -0.2, 0.7, 0.1])
    found = second_difference(loss, quadratic_penalty("l2", 1.5, 4), theta, 3, 1e-3)
    assert found == pytest.approx(2.0 + 3.0, rel=1e-6)


@pytest.mark.parametrize("network", [{}, {"activation": "relu", "output_bias": False}])
def test_networks_without_kink_or_bias_are_refused(network):
    with pytest.raises(ValueError, match="loss: expected a ReLU network with hidden and output biases"):
        kink_point(ShallowLoss(X, Y, 2, **network), 1.0)


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="bound: expected more than 0"):
        kink_point(relu(), 0.0)
    with pytest.raises(ValueError, match="step: expected more than 0"):
        second_difference(relu(), quadratic_penalty("l2", 1.0, 9), np.zeros(9), 0, 0.0)
