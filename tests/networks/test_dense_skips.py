import torch

from convexify.networks.dense_skips import DenseSkips
from convexify.networks.fully_connected import FullyConnected


def test_every_layer_sees_the_average_of_all_layers_before_it():
    network = DenseSkips(3, 5, depth=4, seed=1)
    X = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    layers, seen = [], X
    for weight in network.weights:
        layers.append(network.first_factor * torch.nn.functional.softplus(seen @ weight.T))
        seen = sum(layers) / len(layers)
    torch.testing.assert_close(network(X), seen @ network.output)


def test_one_layer_is_fully_connected():
    X = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(DenseSkips(3, 5, depth=1, seed=2)(X), FullyConnected(3, 5, depth=1, seed=2)(X))
