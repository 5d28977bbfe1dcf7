"""What a small change of a zero unit does to the objective, against the objective itself."""

import numpy as np
import pytest

from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.optimal_set.polytope import optimal_set
from convexify.convex_relu.optimal_set.zero_units import deepest_probe


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    return rng.standard_normal((6, 2)), rng.standard_normal(6), 0.3


def test_probe_is_the_change_of_the_objective(problem):
    X, y, beta = problem
    rng, radius = np.random.default_rng(1), 0.05
    W, a = rng.standard_normal((2, 3)), rng.standard_normal(3)
    before = network_objective(TwoLayerReLU(W, a), X, y, beta)
    changes = []
    for angle in 2 * np.pi * np.arange(60) / 60:
        u = radius * np.array([[np.cos(angle)], [np.sin(angle)]])
        for sign in (1, -1):
            widened = TwoLayerReLU(np.hstack([W, u]), np.append(a, sign * radius))
            changes.append(network_objective(widened, X, y, beta) - before)
    found = deepest_probe(X, y, beta, W, a, probes=60, radius=radius)
    assert found == pytest.approx(min(changes) / radius**2)


def test_no_probe_lowers_an_optimum_and_some_probe_lowers_the_zero_network(problem):
    X, y, beta = problem
    found = optimal_set(X, y, beta)
    network = found.network(found.vertices[0])
    assert deepest_probe(X, y, beta, network.W, network.a) > -1e-9
    assert deepest_probe(X, y, beta, np.zeros((2, 0)), np.zeros(0)) < 0
