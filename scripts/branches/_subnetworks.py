"""Sub-networks that a branch may be, all without biases of their own: homogeneous unless they have a tanh."""

import numpy as np
import torch
from torch import nn

# Degree of homogeneity over two: how a branch's output grows with the squared norm of its weights.
POWERS = {"relu": 1.0, "two_layer": 1.5, "tanh": np.nan}
#: Side of the images that convolutional and recurrent branches see.
SIDE = 4


class Recurrent(nn.Module):
    """Three recurrent units that read an image row by row."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(SIDE, 3, bias=False), nn.Linear(3, 1, bias=False)
        self.back = nn.Linear(3, 3, bias=False)

    def forward(self, X):
        """One output for each sample."""
        state = torch.zeros(len(X), 3, dtype=X.dtype)
        for row in X.view(len(X), SIDE, SIDE).unbind(dim=1):
            state = torch.tanh(self.inner(row) + self.back(state))
        return self.outer(state)


def sub_network(kind):
    """On two principal components and a constant, which serves as the bias; the last two kinds on images."""
    layers = {
        "relu": lambda: fully_connected(3, [1]),
        "tanh": lambda: nn.Sequential(nn.Linear(3, 1, bias=False), nn.Tanh(), nn.Linear(1, 1, bias=False)),
        "two_layer": lambda: nn.Sequential(*fully_connected(3, [2, 1])),
        "convolutional": lambda: nn.Sequential(
            nn.Unflatten(1, (1, SIDE, SIDE)), nn.Conv2d(1, 2, 2, bias=False), nn.ReLU(),
            nn.Conv2d(2, 1, 2, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(4, 1, bias=False),
        ),
        "recurrent": Recurrent,
    }  # fmt: skip
    return layers[kind]().double()


def fully_connected(inputs, widths):
    """ReLU layers of these widths and one output."""
    sizes = [inputs, *widths]
    layers = []
    for before, after in zip(sizes, widths, strict=False):
        layers += [nn.Linear(before, after, bias=False), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 1, bias=False)).double()


def size_of(network):
    """Number of parameters."""
    return sum(parameter.numel() for parameter in network.parameters())
