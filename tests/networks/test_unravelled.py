import itertools

import numpy as np
import pytest
import torch

from convexify.networks.residual import Residual
from convexify.networks.unravelled import residual_output, unravelled_paths


def instance(blocks=4, m=5, n=7, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, m)), rng.standard_normal((blocks, m, m)), rng.standard_normal(m)


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("seed", range(3))
def test_paths_add_up_to_the_network(activation, seed):
    start, weights, output = instance(seed=seed)
    options = {"factor": 0.3, "activation": activation}
    taken, paths = unravelled_paths(start, weights, output, **options)
    assert paths.shape == (16, 7)
    assert len({tuple(row) for row in taken.tolist()}) == 16
    np.testing.assert_allclose(paths.sum(axis=0), residual_output(start, weights, output, **options), rtol=1e-11)


def test_linear_paths_are_products_of_their_blocks():
    start, weights, output = instance(blocks=3)
    taken, paths = unravelled_paths(start, weights, output, factor=0.5, activation="linear")
    for blocks, path in zip(taken, paths, strict=True):
        x = start
        for W in itertools.compress(weights, blocks):
            x = 0.5 * x @ W.T
        np.testing.assert_allclose(path, x @ output, rtol=1e-12)


def test_paths_with_gates_of_their_own_are_networks_and_do_not_add_up():
    start, weights, output = instance(blocks=3)
    taken, paths = unravelled_paths(start, weights, output, factor=0.5, gates="own")
    x = start
    for W in weights:
        x = 0.5 * np.maximum(x @ W.T, 0)
    np.testing.assert_allclose(paths[taken.all(axis=1)][0], x @ output, rtol=1e-12)
    whole = residual_output(start, weights, output, factor=0.5)
    assert np.linalg.norm(paths.sum(axis=0) - whole) > 0.01 * np.linalg.norm(whole)


def test_it_is_the_residual_network_of_the_library():
    network = Residual(3, 6, 4, activation="relu", seed=3)
    X = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    outputs, entering = network.signals(X, network.weights, network.output)
    weights = [weight.detach().numpy() for weight in network.weights[1:]]
    _, paths = unravelled_paths(
        entering[1].detach().numpy(), weights, network.output.detach().numpy(), factor=network.branch_factor / 6**0.5
    )
    np.testing.assert_allclose(paths.sum(axis=0), outputs.detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize("change", [{"activation": "tanh"}, {"gates": "none"}])
def test_unknown_names_are_refused(change):
    start, weights, output = instance()
    with pytest.raises(ValueError, match="expected one of"):
        unravelled_paths(start, weights, output, factor=1.0, **change)
