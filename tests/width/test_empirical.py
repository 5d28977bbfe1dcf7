import numpy as np
import pytest
import torch

from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual
from convexify.width.empirical import empirical_gram


class Wrapped(torch.nn.Module):
    """Hides the architecture, so that the Gram matrices come from one gradient per sample."""

    def __init__(self, network):
        super().__init__()
        for name, parameter in network.named_parameters():
            self.register_parameter(name, parameter)
        object.__setattr__(self, "network", network)

    def forward(self, X):
        weights = [getattr(self, f"W{layer}") for layer in range(1, self.network.depth + 1)]
        return self.network.signals(X, weights, self.output)[0]


X = np.random.default_rng(0).standard_normal((5, 3))


@pytest.mark.parametrize("network", [FullyConnected(3, 7, 3, seed=1), Residual(3, 7, 3, seed=1, activation="tanh")])
def test_factored_gram_equals_the_gradients_of_single_samples(network):
    for fast, slow in zip(empirical_gram(network, X), empirical_gram(Wrapped(network), X), strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-12, atol=1e-14)


def test_gram_equals_finite_differences():
    network, step = FullyConnected(3, 4, 2, seed=2), 1e-6
    inputs = torch.as_tensor(X)
    for parameter, G in zip(network.parameters(), empirical_gram(network, X), strict=True):
        columns, flat = [], parameter.detach().view(-1)
        for index in range(flat.numel()):
            values = []
            for sign in (1, -1):
                flat[index] += sign * step
                values.append(network(inputs).detach())
                flat[index] -= sign * step
            columns.append((values[0] - values[1]).numpy() / (2 * step))
        J = np.array(columns).T
        np.testing.assert_allclose(G, J @ J.T, atol=1e-7)


def test_there_is_one_matrix_per_layer_and_one_for_the_output_weights():
    assert len(empirical_gram(FullyConnected(3, 4, 5), X)) == 6


def test_single_precision_agrees_with_double():
    single = FullyConnected(3, 16, 2, seed=4, dtype=torch.float32)
    for G, reference in zip(
        empirical_gram(single, X), empirical_gram(FullyConnected(3, 16, 2, seed=4), X), strict=True
    ):
        np.testing.assert_allclose(G, reference, rtol=1e-4, atol=1e-5)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="X: expected finite entries"):
        empirical_gram(FullyConnected(3, 4, 1), [[float("nan")] * 3])
    with pytest.raises(ValueError, match="X: expected a two-dimensional array"):
        empirical_gram(FullyConnected(3, 4, 1), np.ones(3))
    with pytest.raises(ValueError, match="X: expected an array of real numbers, got complex numbers"):
        empirical_gram(FullyConnected(3, 4, 1), np.ones((2, 3)) * 1j)
    with pytest.raises(ValueError, match="X: expected an array of numbers"):
        empirical_gram(FullyConnected(3, 4, 1), [["a", "b", "c"], [1.0]])
    with pytest.raises(ValueError, match="network: expected one output per row"):
        empirical_gram(torch.nn.Linear(3, 2), np.ones((4, 3)))
