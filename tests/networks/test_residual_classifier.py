import numpy as np
import pytest
import torch

from convexify.networks.residual_classifier import ResidualClassifier


@pytest.fixture
def network():
    return ResidualClassifier(4, 3, blocks=2, width=5)


@pytest.fixture
def X():
    return torch.randn(9, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_it_is_the_formula(network, X):
    w = network.initial(1, dtype=torch.float64)
    V, b, W1, c1, W2, c2, A, c = network.tensors(w)
    x = (X @ V.T + b).relu()
    for W, shift in ((W1, c1), (W2, c2)):
        x = x + (x @ W.T + shift).relu() / 2
    torch.testing.assert_close(network(w, X), x @ A.T + c)
    assert network.size == w.numel() == 5 * 4 + 5 + 2 * (25 + 5) + 15 + 3


def test_permuting_the_coordinates_changes_nothing_and_matching_finds_it(network, X):
    w = network.initial(2, dtype=torch.float64)
    shuffled = network.permuted(w, [3, 0, 4, 1, 2])
    assert not torch.equal(shuffled, w)
    torch.testing.assert_close(network(shuffled, X), network(w, X))
    torch.testing.assert_close(network.aligned(shuffled, w, X), w)


def test_first_layer_is_affine_in_the_parameters(network, X):
    first, second = network.initial(3, dtype=torch.float64), network.initial(4, dtype=torch.float64)
    both = network.first_layer(first, X) + network.first_layer(second, X)
    torch.testing.assert_close(network.first_layer(first + second, X), both)


def test_no_permutation_and_wrong_lengths_are_refused(network):
    with pytest.raises(ValueError, match="permutation"):
        network.permuted(network.initial(0), np.zeros(5, dtype=int))
    with pytest.raises(ValueError, match="length"):
        network.tensors(torch.zeros(3))
