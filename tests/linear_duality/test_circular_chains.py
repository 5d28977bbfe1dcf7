"""Chains of circular convolutions against torch, brute force and the general solver."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from convexify.linear_duality.circular_chains import (
    chain_closed_form,
    chain_optimum,
    circular_operator,
    nearest_kernels,
    two_tap_distance,
)
from convexify.linear_duality.primal import primal_value


def test_the_operator_is_the_circular_convolution_of_torch():
    rng = np.random.default_rng(0)
    kernels, signal = rng.normal(size=(2, 3, 5)), rng.normal(size=(3, 5))
    padded = torch.as_tensor(np.concatenate([signal, signal[:, :4]], axis=1))[None]
    expected = torch.nn.functional.conv1d(padded, torch.as_tensor(kernels))[0].numpy()
    np.testing.assert_allclose((circular_operator(kernels) @ signal.ravel()).reshape(2, 5), expected, atol=1e-12)


def test_nearest_kernels_leave_a_residual_orthogonal_to_every_convolution():
    rng = np.random.default_rng(1)
    A = rng.normal(size=(8, 12))
    kernels = nearest_kernels(A, (2, 3), 4)
    residual = A - circular_operator(kernels)
    for _ in range(5):
        assert abs((residual * circular_operator(rng.normal(size=kernels.shape))).sum()) < 1e-12
    np.testing.assert_allclose(nearest_kernels(circular_operator(kernels), (2, 3), 4), kernels, atol=1e-14)


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("gamma", [0.0, 0.7, 50.0])
def test_chain_meets_its_dual_and_no_descent_gets_below(depth, gamma):
    rng = np.random.default_rng(2)
    targets = rng.normal(size=(2, 2, 4))
    Y = circular_operator(targets)
    layers, dual = chain_optimum(targets, gamma, depth, 1)
    value = primal_value([circular_operator(layer) for layer in layers], np.eye(8), Y, gamma)
    assert value == pytest.approx(dual, rel=1e-10)
    assert value == pytest.approx(chain_closed_form(targets, gamma, 1), rel=1e-10)
    shapes = [layer.shape for layer in layers]
    cuts = np.cumsum([np.prod(shape) for shape in shapes])[:-1]

    def objective(flat):
        parts = [part.reshape(shape) for part, shape in zip(np.split(flat, cuts), shapes, strict=True)]
        return primal_value([circular_operator(part) for part in parts], np.eye(8), Y, gamma)

    for _ in range(2):
        found = minimize(objective, rng.normal(size=cuts[-1] + np.prod(shapes[-1])), options={"maxiter": 60}).fun
        assert found >= dual - 1e-8


def test_two_tap_distance_is_that_of_a_search():
    rng = np.random.default_rng(3)
    for taps in ([1.0, 0.0, 1.0], [1.0, 0.5, 2.0], [1.0, 3.0, 2.0], [-1.0, 0.3, -1.0]):
        found = min(
            minimize(lambda w, y=taps: ((np.convolve(w[:2], w[2:]) - y) ** 2).sum(), rng.normal(size=4)).fun
            for _ in range(12)
        )
        assert two_tap_distance(taps) == pytest.approx(found, abs=1e-6)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="channels"):
        chain_optimum(np.ones((2, 2, 3)), 0.1, 2, 3)
    with pytest.raises(ValueError, match="depth"):
        chain_optimum(np.ones((2, 2, 3)), 0.1, 1, 1)
    with pytest.raises(ValueError, match="depth: expected at most"):
        chain_optimum(np.ones((2, 2, 3)), 0.1, 10**9, 1)
    with pytest.raises(ValueError, match="kernels"):
        circular_operator(np.ones(3))
