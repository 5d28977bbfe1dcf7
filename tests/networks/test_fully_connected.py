import numpy as np
import pytest
import torch

from convexify.networks.fully_connected import ACTIVATIONS, FullyConnected, normaliser
from convexify.width import expectations

X = torch.tensor([[0.6, 0.8], [1.0, 0.0], [0.0, -1.0]], dtype=torch.float64)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_normaliser_is_the_reciprocal_second_moment(activation):
    assert normaliser(activation) == pytest.approx(1 / expectations.product_moment(activation, 1.0, 1.0), rel=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_is_the_formula_of_the_docstring(activation):
    net = FullyConnected(2, 5, 3, activation=activation, seed=1)
    x = X
    for W in net.weights:
        x = np.sqrt(normaliser(activation) / 5) * ACTIVATIONS[activation](x @ W.T)
    assert torch.allclose(net(X), x @ net.output, rtol=1e-12)


def test_wide_representations_keep_norm_one():
    net = FullyConnected(2, 4096, 4, seed=0)
    _, entering = net.signals(X, net.weights, net.output)
    for x in entering:
        assert torch.allclose(x.norm(dim=1), torch.ones(3, dtype=torch.float64), atol=0.1)


def test_seed_fixes_the_weights_and_precision_only_rounds_them():
    one, same, single, other = (
        FullyConnected(2, 5, 2, seed=seed, dtype=dtype)
        for seed, dtype in ((1, torch.float64), (1, torch.float64), (1, torch.float32), (2, torch.float64))
    )
    for a, b, c, d in zip(*(net.parameters() for net in (one, same, single, other)), strict=True):
        assert torch.equal(a, b)
        assert torch.equal(a.float(), c)
        assert not torch.equal(a, d)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 0}, "depth: expected at least 1"),
        ({"depth": 10**9}, "depth: expected at most 10000"),
        ({"width": 0}, "width: expected at least 1"),
        ({"inputs": 0}, "inputs: expected at least 1"),
        ({"activation": "sine"}, "activation: expected one of"),
        ({"seed": -1}, "seed: expected at least 0"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        FullyConnected(**{"inputs": 2, "width": 3, "depth": 1, **change})
