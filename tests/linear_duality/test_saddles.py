"""Gradient, curvature and descent near stationary points against automatic differentiation."""

import types

import numpy as np
import pytest
import torch

from convexify.linear_duality.deep_linear_descent import objectives
from convexify.linear_duality.saddles import balanced_critical_point, descend_from, gradient_and_curvature


@pytest.mark.parametrize(("depth", "regulariser"), [(2, "schatten"), (3, "weight decay"), (4, "schatten")])
def test_curvature_is_that_of_the_hessian(depth, regulariser):
    rng = np.random.default_rng(0)
    inputs, targets = np.diag([1.0, 0.5, 0.3]), rng.normal(size=(3, 3))
    weights = [rng.normal(size=(2, 3, 3)) for _ in range(depth)]
    gradient, smallest, largest = gradient_and_curvature(
        weights, inputs, targets, [0.1, 0.4], regulariser=regulariser, steps=100
    )
    for b, gamma in enumerate((0.1, 0.4)):
        flat = torch.cat([torch.as_tensor(W[b]).reshape(-1) for W in weights])

        def value(point, gamma=gamma):
            network = types.SimpleNamespace(weights=[part.reshape(1, 3, 3) for part in point.split(9)])
            g = torch.tensor([gamma], dtype=torch.float64)
            return objectives(network, torch.as_tensor(inputs), torch.as_tensor(targets), g, regulariser)[0]

        eigenvalues = torch.linalg.eigvalsh(torch.autograd.functional.hessian(value, flat)).numpy()
        assert smallest[b] == pytest.approx(eigenvalues[0], rel=1e-5, abs=1e-6)
        assert largest[b] == pytest.approx(eigenvalues[-1], rel=1e-5)
        leaf = flat.clone().requires_grad_()
        assert gradient[b] == pytest.approx(torch.autograd.grad(value(leaf), leaf)[0].norm().item(), rel=1e-10)


def test_critical_points_are_stationary_and_those_that_skip_a_larger_pair_are_strict_saddles():
    targets = np.diag([3.0, 2.0, 1.0])
    for depth in (2, 3):
        for kept in ([], [0], [1], [0, 2]):
            layers = [W[None] for W in balanced_critical_point(targets, kept, depth)]
            gradient, smallest, largest = gradient_and_curvature(layers, np.eye(3), targets, [0.0])
            assert gradient[0] < 1e-12
            strict = depth == 2 or kept in ([1], [0, 2])
            assert (smallest[0] < -1e-3 * max(largest[0], 1)) == strict, (depth, kept)


def test_descent_goes_on_like_automatic_differentiation():
    rng = np.random.default_rng(1)
    layers, targets = [rng.normal(size=(1, 3, 3)) for _ in range(3)], rng.normal(size=(3, 3))
    leaves = [torch.as_tensor(W[0]).requires_grad_() for W in layers]
    loss = 0.5 * (torch.as_tensor(targets) - leaves[2] @ leaves[1] @ leaves[0]).square().sum()
    expected = [W - 0.05 * g for W, g in zip(leaves, torch.autograd.grad(loss, leaves), strict=True)]
    for got, wanted in zip(descend_from(layers, targets, step=0.05, iterations=1), expected, strict=True):
        np.testing.assert_allclose(got[0], wanted.detach().numpy(), atol=1e-12)
