"""Pruning: few neurons, the same outputs on the data, no larger objective."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu.networks.pruning import prune, pruning_path
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.gates import sample_patterns

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 9), st.integers(1, 60))
def test_pruned_network_has_at_most_n_neurons_the_same_outputs_and_no_larger_penalty(seed, n, m):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 3))
    network = TwoLayerReLU(rng.standard_normal((3, m)), rng.standard_normal(m))
    pruned = prune(network, X)
    f = network.predict(X)
    assert pruned.n_neurons <= n
    np.testing.assert_allclose(pruned.predict(X), f, atol=1e-9 * (1 + np.abs(f).max()))
    assert pruned.penalty <= network.strengths.sum() * (1 + 1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_penalty_never_grows_and_neurons_only_leave_along_the_path(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((6, 4))
    network = TwoLayerReLU(rng.standard_normal((4, 30)), rng.standard_normal(30))
    path = list(pruning_path(network, X))
    penalties, widths = [p.penalty for p in path], [p.n_neurons for p in path]
    assert all(b <= a * (1 + 1e-10) for a, b in itertools.pairwise(penalties))
    assert all(b < a for a, b in itertools.pairwise(widths))
    for step in path:
        np.testing.assert_allclose(step.predict(X), network.predict(X), atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_several_outputs_leave_at_most_n_times_c(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((4, 3))
    gates = sample_patterns(X, 8, 0, return_gates=True)[1]
    networks = [
        TwoLayerReLU(rng.standard_normal((3, 40)), rng.standard_normal((40, 2))),
        GroupedReLU(rng.standard_normal((3, 40, 2)), rng.standard_normal(40)),
        GatedNetwork(rng.standard_normal((3, 40)), rng.standard_normal((40, 2)), gates=np.tile(gates, 5)),
    ]
    for network in networks:
        pruned = prune(network, X)
        assert type(pruned) is type(network)
        assert pruned.n_neurons <= 8
        np.testing.assert_allclose(pruned.predict(X), network.predict(X), atol=1e-9)
        assert pruned.penalty <= network.strengths.sum() * (1 + 1e-9)


def test_neurons_that_are_silent_on_the_data_go():
    X = np.array([[1.0, 0.0], [0.0, 1.0]])
    network = TwoLayerReLU(np.array([[-1.0, 1.0], [-1.0, 0.0]]), [5.0, 1.0])
    pruned = prune(network, X)
    np.testing.assert_allclose(pruned.W, [[1.0], [0.0]])


def test_duplicate_neurons_become_one():
    X = np.random.default_rng(0).standard_normal((20, 3))
    w = np.array([[1.0], [2.0], [-1.0]])
    assert prune(TwoLayerReLU(np.hstack([w, 2 * w, w]), [1.0, 1.0, 0.5]), X).n_neurons == 1


def test_network_without_neurons_stays_so():
    assert prune(TwoLayerReLU(np.zeros((2, 3)), np.ones(3)), np.ones((4, 2))).n_neurons == 0
