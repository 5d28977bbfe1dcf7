"""Paths to the optimum: the objective never rises, the path is continuous, its ends are the two networks."""

import numpy as np
import pytest

from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.optimal_set.escape_path import escape_path, largest_rise, straight_line
from convexify.convex_relu.optimal_set.polytope import optimal_set


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    X, y, beta = rng.standard_normal((7, 3)), rng.standard_normal(7), 0.2
    found = optimal_set(X, y, beta)
    return X, y, beta, found.network(found.vertices[0]), found


def random_network(seed, d=3, width=12):
    rng = np.random.default_rng(seed)
    hidden, output = rng.standard_normal((d, width)), rng.standard_normal(width)
    hidden[:, 0] = 0.0
    output[1] = 0.0
    hidden[:, 3], output[3] = 0.5 * hidden[:, 2], 3.0 * output[2]
    return TwoLayerReLU(hidden, output)


@pytest.mark.parametrize("seed", range(5))
def test_objective_never_rises_and_ends_at_the_optimum(problem, seed):
    X, y, beta, optimum, found = problem
    network = random_network(seed)
    path = escape_path(network, optimum, X, points=300)
    values = path.objectives(X, y, beta)
    assert largest_rise(values) <= 1e-10
    assert values[0] == pytest.approx(network_objective(network, X, y, beta))
    assert values[-1] == pytest.approx(found.lower_bound, rel=1e-10)


def test_path_is_continuous(problem):
    X, _, _, optimum, _ = problem
    jumps = []
    for points in (200, 400):
        path = escape_path(random_network(1), optimum, X, points=points)
        jumps.append(np.abs(np.diff(path.hidden, axis=0)).max() + np.abs(np.diff(path.output, axis=0)).max())
    assert jumps[1] < 0.6 * jumps[0] < 0.1


def test_stages_do_what_they_are_called(problem):
    X, _, _, optimum, _ = problem
    network = random_network(2)
    path = escape_path(network, optimum, X, points=50)
    outputs = np.einsum("knm,km->kn", np.maximum(X @ path.hidden, 0.0), path.output)
    np.testing.assert_allclose(outputs[:100], np.tile(network.predict(X), (100, 1)), atol=1e-12)
    np.testing.assert_allclose(outputs[-1], optimum.predict(X), atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(path.hidden[49], axis=0), np.abs(path.output[49]))
    t = np.sin(np.pi / 2 * np.linspace(0, 1, 50))[:, None] ** 2
    np.testing.assert_allclose(outputs[100:], (1 - t) * outputs[100] + t * outputs[-1], atol=1e-12)


def test_width_that_is_too_small_is_refused(problem):
    X, _, _, optimum, _ = problem
    network = random_network(3)
    path = escape_path(network, optimum, X, points=10)
    assert escape_path(network, optimum, X, points=10, width=path.needed).needed == path.needed
    with pytest.raises(ValueError, match="width: expected at least"):
        escape_path(network, optimum, X, points=10, width=path.needed - 1)


def test_straight_line_joins_the_same_networks(problem):
    X, y, beta, optimum, _ = problem
    network = random_network(4)
    values = straight_line(network, optimum, points=30).objectives(X, y, beta)
    assert values[0] == pytest.approx(network_objective(network, X, y, beta))
    assert values[-1] == pytest.approx(network_objective(optimum, X, y, beta))


def test_neurons_of_the_line_are_matched():
    optimum = random_network(5)
    order = np.random.default_rng(0).permutation(optimum.n_neurons)
    line = straight_line(TwoLayerReLU(optimum.W[:, order], optimum.a[order]), optimum, points=3, width=12)
    np.testing.assert_allclose(line.hidden, np.stack([line.hidden[0]] * 3))


def test_one_output_may_be_a_column(problem):
    X, _, _, optimum, _ = problem
    network = random_network(3)
    column, best = TwoLayerReLU(network.W, network.a[:, None]), TwoLayerReLU(optimum.W, optimum.a[:, None])
    for flat, same in (
        (escape_path(network, optimum, X, points=5), escape_path(column, best, X, points=5)),
        (straight_line(network, optimum, points=5), straight_line(column, best, points=5)),
    ):
        np.testing.assert_array_equal(same.hidden, flat.hidden)
        np.testing.assert_array_equal(same.output, flat.output)
    several = TwoLayerReLU(network.W, np.ones((12, 2)))
    with pytest.raises(ValueError, match="network: expected one output, got 2"):
        escape_path(several, optimum, X, points=5)
    with pytest.raises(ValueError, match="optimum: expected one output, got 2"):
        straight_line(network, several, points=5)


def test_a_line_has_room_for_both_networks(problem):
    *_, optimum, _ = problem
    with pytest.raises(ValueError, match="width: expected at least the 12 neurons"):
        straight_line(random_network(3), optimum, points=5, width=11)
