"""Symmetries, dropout, chords, single layers: each against a direct computation."""

import numpy as np
import pytest
import torch

from convexify.curvature.chords import chord_margins
from convexify.curvature.dropout import DropoutLoss
from convexify.curvature.penalties import minimise, quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss
from convexify.curvature.single_layer import OUTPUTS, SingleLayerLoss
from convexify.curvature.symmetries import permuted, reflected


def network(activation="tanh", width=3):
    rng = np.random.default_rng(1)
    return ShallowLoss(rng.standard_normal((7, 2)), rng.standard_normal(7), width, activation=activation, skip=True)


@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu"])
def test_exchanged_neurons_compute_the_same_and_negated_ones_if_the_activation_is_odd(activation):
    loss = network(activation)
    theta = np.random.default_rng(2).standard_normal(loss.layout.size)
    output = loss.predict(theta)
    image = permuted(loss, theta, [2, 0, 1])
    assert abs(image - theta).max() > 0.1
    np.testing.assert_allclose(loss.predict(image), output, atol=1e-12)
    moved = abs(loss.predict(reflected(loss, theta, [-1, 1, -1])) - output).max()
    assert moved < 1e-12 if activation == "tanh" else moved > 0.1


def test_orders_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"^order: expected each of the 3 neurons once"):
        permuted(network(), np.zeros(network().layout.size), [0, 0, 1])


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_dropout_loss_is_the_mean_over_all_masks(activation):
    plain, rate = network(activation), 0.3
    loss, theta = DropoutLoss(plain, rate), np.random.default_rng(3).standard_normal(plain.layout.size)
    total = 0.0
    for mask in np.ndindex(2, 2, 2):
        kept = np.array(mask)
        masked = theta.copy()
        masked[plain.layout.a] *= kept / (1 - rate)
        probability = np.prod(np.where(kept == 1, 1 - rate, rate))
        total += probability * np.mean((plain.predict(masked) - plain.y) ** 2)
    value, gradient = loss.value_and_gradient(theta)
    tensor = torch.as_tensor(theta)
    assert value == pytest.approx(total, rel=1e-12)
    assert float(loss(tensor)) == pytest.approx(total, rel=1e-12)
    assert gradient == pytest.approx(torch.func.grad(loss)(tensor).numpy(), rel=1e-10, abs=1e-12)


def test_dropout_refuses_to_drop_everything():
    with pytest.raises(ValueError, match=r"^rate: expected less than 1"):
        DropoutLoss(network(), 1.0)


def test_rows_of_a_loss_average_to_the_whole():
    loss = network()
    theta = np.random.default_rng(4).standard_normal(loss.layout.size)
    parts = [loss.rows([i]).value_and_gradient(theta) for i in range(7)]
    value, gradient = loss.value_and_gradient(theta)
    assert np.mean([part[0] for part in parts]) == pytest.approx(value)
    np.testing.assert_allclose(np.mean([part[1] for part in parts], axis=0), gradient, atol=1e-12)


def test_margins_of_a_quadratic_are_in_closed_form():
    rng = np.random.default_rng(0)
    first, last = rng.standard_normal((2, 20, 3))
    margins = chord_margins(lambda theta: -2 * float(theta @ theta), first, last, rng.random(20))
    np.testing.assert_allclose(margins.loss, -2 * margins.penalty, atol=1e-12)
    np.testing.assert_allclose(margins.penalised(2.0), 0, atol=1e-12)
    assert (margins.penalised(2.1) > 0).all()


@pytest.mark.parametrize("output", OUTPUTS)
def test_single_layer_gradient_is_that_of_the_value(output):
    rng = np.random.default_rng(5)
    loss = SingleLayerLoss(output, rng.standard_normal((6, 3)), np.sign(rng.standard_normal(6)))
    w = rng.standard_normal(3)
    numeric = [(loss.value_and_gradient(w + h)[0] - loss.value_and_gradient(w - h)[0]) / 2e-6 for h in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(loss.value_and_gradient(w)[1], numeric, atol=1e-7)


def test_penalised_relu_neuron_has_the_two_minimisers_of_the_closed_form():
    loss, lam = SingleLayerLoss("relu", [[1.0], [-1.0]], [1.0, 1.0]), 0.25
    # Mean squared error halves the loss: the minimisers are ±1/(1 + 2λ).
    ends = [minimise(loss, quadratic_penalty("l2", lam, 1), [start], 3.0).point[0] for start in (-0.5, 0.5)]
    np.testing.assert_allclose(ends, [-1 / (1 + 2 * lam), 1 / (1 + 2 * lam)], atol=1e-6)
