"""The shallow loss against torch, and its enclosure against the Hessian at points."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.curvature.shallow_loss import ShallowLoss


@given(st.integers(0, 10**6), st.sampled_from(["tanh", "softplus"]), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_enclosure_holds_the_hessian_at_every_point_of_the_box(seed, activation, hidden_bias, output_bias, skip):
    rng = np.random.default_rng(seed)
    loss = ShallowLoss(
        rng.standard_normal((5, 2)), rng.standard_normal(5), 2,
        activation=activation, hidden_bias=hidden_bias, output_bias=output_bias, skip=skip,
    )  # fmt: skip
    centre, radius = rng.uniform(-2, 2, loss.layout.size), 10 ** rng.uniform(-9, 0.3)
    box = loss.hessian_enclosure((centre - radius)[None], (centre + radius)[None])
    for point in rng.uniform(centre - radius, centre + radius, (10, centre.size)):
        hessian = torch.func.hessian(loss)(torch.as_tensor(point)).numpy()
        slack = 1e-12 * (1 + abs(hessian))  # torch's own rounding
        assert (box.lower[0] <= hessian + slack).all()
        assert (hessian - slack <= box.upper[0]).all()


@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu", "linear"])
def test_fast_gradient_and_prediction_equal_torch(activation):
    rng = np.random.default_rng(1)
    loss = ShallowLoss(rng.standard_normal((7, 2)), rng.standard_normal(7), 3, activation=activation, skip=True)
    theta = rng.standard_normal(loss.layout.size)
    value, gradient = loss.value_and_gradient(theta)
    tensor = torch.as_tensor(theta)
    assert value == pytest.approx(float(loss(tensor)), rel=1e-12)
    assert gradient == pytest.approx(torch.func.grad(loss)(tensor).numpy(), rel=1e-10, abs=1e-12)
    assert value == pytest.approx(np.mean((loss.predict(theta) - loss.y) ** 2), rel=1e-12)


@pytest.mark.parametrize("skip", [False, True])
def test_outputs_of_the_neurons_add_up_to_the_output_without_bias_and_skip(skip):
    rng = np.random.default_rng(2)
    loss = ShallowLoss(rng.standard_normal((7, 2)), rng.standard_normal(7), 3, skip=skip)
    theta = rng.standard_normal(loss.layout.size)
    hidden = loss.hidden_outputs(theta)
    rest = theta[loss.layout.c] + (loss.X @ theta[loss.layout.s] if skip else 0.0)
    assert hidden.shape == (7, 3)
    assert hidden.sum(axis=1) + rest == pytest.approx(loss.predict(theta), rel=1e-12)
    silent = theta.copy()
    silent[loss.layout.a.start + 1] = 0.0
    assert loss.hidden_outputs(silent)[:, 1] == pytest.approx(np.zeros(7), abs=0)


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="y: expected 3 entries"):
        ShallowLoss(np.eye(3), np.ones(2), 1)
    with pytest.raises(ValueError, match="activation: expected one of"):
        ShallowLoss(np.eye(3), np.ones(3), 1, activation="erf")
    with pytest.raises(ValueError, match="width: expected at least 1"):
        ShallowLoss(np.eye(3), np.ones(3), 0)
