"""Atoms of torch sub-networks, and the weight-space reading of Δ."""

import numpy as np
import pytest
import torch
from torch import nn

from convexify.branches import atoms, homogeneous_gap, polar_grid, weight_nonconvexity

RNG = np.random.default_rng(0)


def relu_unit():
    return nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1, bias=False)).double()


def test_values_are_the_networks_own_outputs():
    X, parameters, network = RNG.normal(size=(7, 2)), RNG.normal(size=(5, 4)), relu_unit()
    family = atoms(network, X, parameters)
    for column, (w1, w2, b, a) in zip(family.values.T, parameters, strict=True):
        np.testing.assert_allclose(column, a * np.maximum(0, X @ [w1, w2] + b), atol=1e-14)
    np.testing.assert_allclose(family.penalties, (parameters**2).sum(axis=1))


def test_any_architecture_and_penalty_serve():
    network = nn.Sequential(nn.Unflatten(1, (1, 6)), nn.Conv1d(1, 2, 3), nn.Tanh(), nn.Flatten(), nn.Linear(8, 1))
    network = network.double()
    before = [parameter.clone() for parameter in network.parameters()]
    parameters = RNG.normal(size=(3, 17))
    X = RNG.normal(size=(4, 6))
    family = atoms(network, X, parameters, penalty=lambda theta: np.abs(theta).sum(axis=1))
    assert family.values.shape == (4, 3)
    np.testing.assert_allclose(family.penalties, np.abs(parameters).sum(axis=1))
    assert all(torch.equal(old, new) for old, new in zip(before, network.parameters(), strict=True))


def test_polar_grid_has_exact_penalties():
    polar = polar_grid(RNG.normal(size=(6, 3)), [0.0, 0.25, 1.0])
    assert polar.shape == (13, 3)
    np.testing.assert_allclose(np.sort((polar**2).sum(axis=1)), np.repeat([0, 0.25, 1.0], [1, 6, 6]), atol=1e-15)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: atoms(relu_unit(), np.ones((3, 2)), np.ones((2, 3))), "parameters"),
        (lambda: atoms(relu_unit(), np.full((3, 2), np.nan), np.ones((2, 4))), "X"),
        (lambda: atoms(nn.Linear(2, 2).double(), np.ones((3, 2)), np.ones((1, 6))), "network"),
        (lambda: atoms(relu_unit(), np.ones((3, 2)), np.ones((2, 4)), penalty=lambda _: np.ones(3)), "penalty"),
        (lambda: polar_grid(np.zeros((1, 2)), [1.0]), "directions"),
        (lambda: polar_grid(np.ones((1, 2)), [-1.0]), "squared_norms"),
        (lambda: homogeneous_gap(0, budget=1.0, power=2.0), "branches"),
        (lambda: homogeneous_gap(1, budget=1.0, power=0.5), "power"),
        (lambda: weight_nonconvexity(np.ones(3), np.ones((2, 1))), "parameters"),
    ],
)
def test_bad_input_names_the_argument(call, name):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        call()


def test_weight_nonconvexity_of_a_double_well_and_of_a_convex_loss():
    w = np.linspace(-1, 1, 41)[:, None]
    assert weight_nonconvexity((1 - w[:, 0] ** 2) ** 2, w) == pytest.approx(1.0, abs=1e-9)
    assert weight_nonconvexity(w[:, 0] ** 2, w) == pytest.approx(0.0, abs=1e-9)


def test_the_closed_form_gap_vanishes_at_whole_numbers_of_full_branches():
    assert homogeneous_gap(4, budget=0.75, power=2.0) == 0.0
    assert homogeneous_gap(100, budget=0.29, power=2.0) == 0.0
    assert homogeneous_gap(3, budget=np.inf, power=2.0) == 0.0
    assert homogeneous_gap(1, budget=0.5, power=2.0) == 0.25
