"""Across a kink that bends downwards every penalty is outweighed by a small enough step."""

import numpy as np
import pytest

from convexify.curvature.kink import kink_of_first_neuron, second_difference
from convexify.curvature.penalties import quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss

X = np.linspace(-2, 2, 15)[:, None]
Y = np.sin(2 * X[:, 0]) + 0.5
LOSS = ShallowLoss(X, Y, 2, activation="relu")
THETA = kink_of_first_neuron(LOSS, np.random.default_rng(3).uniform(-1, 1, LOSS.layout.size))
BIAS = LOSS.layout.b.start


def test_a_sample_sits_on_the_kink():
    weights = LOSS.neurons(THETA)[0]
    assert abs(X[:, 0] * weights[0] + weights[1]).min() < 1e-12


@pytest.mark.parametrize("lam", [0.0, 1.0, 1e4])
def test_small_steps_see_the_jump_of_the_slope(lam):
    penalty = quadratic_penalty("l2", lam, LOSS.layout.size)
    steps = np.array([1e-6, 1e-7])
    seen = [second_difference(LOSS, penalty, THETA, BIAS, step) for step in steps]
    sample = int(abs(LOSS.inputs @ LOSS.neurons(THETA)[0, :-1]).argmin())
    residual = LOSS.predict(THETA)[sample] - Y[sample]
    jump = 2 * residual * LOSS.neurons(THETA)[0, -1] / len(Y)
    assert jump < 0
    # One sided derivatives differ by the jump; the rest of the objective has bounded curvature.
    assert (np.array(seen) - 2 * lam) * steps == pytest.approx(jump, rel=1e-2)


def test_second_difference_of_a_smooth_loss_is_its_second_derivative():
    loss = ShallowLoss(X, Y, 1, activation="linear")
    theta = np.array([0.3, -0.2, 0.7, 0.1])
    found = second_difference(loss, quadratic_penalty("l2", 1.5, 4), theta, 3, 1e-3)
    assert found == pytest.approx(2.0 + 3.0, rel=1e-6)


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="loss: expected a ReLU network with hidden biases"):
        kink_of_first_neuron(ShallowLoss(X, Y, 2), np.zeros(7))
    with pytest.raises(ValueError, match="step: expected more than 0"):
        second_difference(LOSS, quadratic_penalty("l2", 1.0, LOSS.layout.size), THETA, BIAS, 0.0)
