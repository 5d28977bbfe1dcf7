import numpy as np
import pytest

from convexify.networks.dense_skips import DenseSkips
from convexify.networks.fully_connected import ACTIVATIONS, FullyConnected, normaliser
from convexify.width import expectations
from convexify.width.empirical import empirical_gram
from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram
from convexify.width.skips import branches_gram, skip_lower_bound

SKIPS = [
    {"architecture": "resnet"},
    {"architecture": "resnet", "branch_scaling": "1/sqrt(H)", "c_res": 0.9},
    {"architecture": "dense"},
]


def unit_rows(n, d, seed=0):
    X = np.random.default_rng(seed).standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_networks_agree_with_their_limit_layer_by_layer(activation):
    """Monte Carlo: means over random networks of width 1024, whose own standard error is about 2 %."""
    X, depth, width, starts = unit_rows(5, 4), 4, 1024, 4
    limits = tangent_gram(X, depth, architecture="dense", activation=activation)
    nets = [DenseSkips(4, width, depth, activation=activation, seed=seed) for seed in range(starts)]
    measured = np.mean([empirical_gram(net, X) for net in nets], axis=0)
    for G, limit in zip(measured, limits, strict=True):
        assert np.linalg.norm(G - limit, 2) < 0.1 * np.linalg.norm(limit, 2)


def test_dense_limit_is_the_average_of_the_layers_and_not_that_of_a_chain():
    """By hand: representations of different layers share nothing but their means."""
    X, H, activation = unit_rows(4, 3), 3, "softplus"
    dense = gram(X, H, architecture="dense", activation=activation)
    first = gram(X, 1, activation=activation)
    chain = gram(X, H, activation=activation)
    c = normaliser(activation)
    K1 = chain[1]
    K2 = c * expectations.product_moment(activation, 1.0, np.clip(K1, -1, 1))
    mean = c * expectations.mean(activation, 1.0) ** 2
    np.testing.assert_allclose(dense[2], (K1 + K2 + 2 * mean) / 4, atol=1e-12)
    assert np.linalg.norm(dense[2] - chain[2]) > 0.01
    np.testing.assert_array_equal(gram(X, 1, architecture="dense", activation=activation)[1], first[1])


def test_branches_add_up_as_empirical_gram_matrices_do():
    X, width = unit_rows(5, 4), 1024
    depths = [1, 2, 3]
    nets = [FullyConnected(4, width, depth, seed=depth) for depth in depths]
    measured = np.mean([empirical_gram(net, X)[-2] for net in nets], axis=0)
    limit = branches_gram(X, depths)
    assert np.linalg.norm(measured - limit, 2) < 0.1 * np.linalg.norm(limit, 2)


def test_branches_of_one_depth_have_the_limit_of_one_network():
    X = unit_rows(5, 4)
    np.testing.assert_allclose(branches_gram(X, [3] * 7), gram(X, 3)[-1], rtol=1e-13)


def test_branches_of_all_depths_are_conditioned_at_least_like_the_shortest_of_them():
    X = unit_rows(6, 5)
    for depth in (2, 5, 9):
        shallowest = smallest_eigenvalue(gram(X, 1)[-1])
        assert smallest_eigenvalue(branches_gram(X, range(1, depth + 1))) >= shallowest / depth * (1 - 1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("options", SKIPS)
@pytest.mark.parametrize("depth", [1, 2, 3, 7])
def test_bound_of_skips_is_never_above_the_smallest_eigenvalue(activation, options, depth):
    for seed in range(3):
        X = unit_rows(6, 6, seed)
        smallest = smallest_eigenvalue(gram(X, depth, activation=activation, **options)[-1])
        assert 0 < skip_lower_bound(X, depth, activation=activation, **options) <= smallest * (1 + 1e-9)


def test_bound_is_zero_without_skips_and_follows_its_powers_of_depth():
    X = unit_rows(5, 5)
    assert skip_lower_bound(X, 4, architecture="fc") == 0
    root = {"architecture": "resnet", "branch_scaling": "1/sqrt(H)", "activation": "tanh"}
    products = {
        "1/H": [H**2 * skip_lower_bound(X, H, activation="softplus") for H in (16, 32)],
        "1/sqrt(H)": [H * skip_lower_bound(X, H, **root) for H in (16, 32)],
        "dense": [(H * (H - 1)) ** 2 * skip_lower_bound(X, H, architecture="dense") for H in (16, 32)],
    }
    for first, second in products.values():
        assert 0.7 < second / first < 1.3


def test_no_branch_is_refused():
    with pytest.raises(ValueError, match="at least one branch"):
        branches_gram(unit_rows(3, 3), [])
