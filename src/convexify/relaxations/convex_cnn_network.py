"""Convolutional networks of the shape that `convexify.relaxations.convex_cnn` convexifies, trained by SGD."""

import math

import numpy as np
import torch

from convexify.checks import as_batch, as_integer
from convexify.training import train


class PatchNetwork(torch.nn.Module):
    r"""Filters on given patches, ReLU, average pooling, optionally a second convolution of the same kind, and outputs.

    Parameters
    ----------
    patches : tuple of int
        Positions (a square) and entries of a patch, as `image_patches` gives them.
    filters : sequence of int
        Number of filters of each convolution, one or two.
    classes : int
    sides, pools : sequence of int
        Side of a patch and of a pooled square of each convolution; the first side is only recorded in the patches.
    seed : int
        Of the initial weights: Gaussian of variance 2/fan-in before a ReLU, 1/fan-in at the outputs; biases 0.
    dtype : torch.dtype

    Raises
    ------
    ValueError
        If a second patch does not fit into the pooled maps, or a pooled square does not divide a map.
    """

    def __init__(self, patches, filters, classes, *, sides, pools, seed=0, dtype=torch.float32):
        super().__init__()
        positions, entries = patches
        side = math.isqrt(positions)
        if len(filters) not in (1, 2) or side**2 != positions:
            raise ValueError(f"patches, filters: expected a square of positions and one or two convolutions, "
                             f"got {positions} and {len(filters)}")  # fmt: skip
        self.side, self.pools = side, tuple(pools)
        generator = torch.Generator().manual_seed(as_integer("seed", seed, minimum=0))

        def weights(*shape, fan_in, gain):
            values = torch.randn(shape, generator=generator, dtype=dtype) * math.sqrt(gain / fan_in)
            return torch.nn.Parameter(values)

        def zeros(size):
            return torch.nn.Parameter(torch.zeros(size, dtype=dtype))

        self.first, self.first_bias = weights(entries, filters[0], fan_in=entries, gain=2), zeros(filters[0])
        side = self._pooled(side, pools[0])
        self.second = None
        if len(filters) == 2:
            if sides[1] > side:
                raise ValueError(f"sides: expected a patch within the pooled map of side {side}, got {sides[1]}")
            fan_in = filters[0] * sides[1] ** 2
            self.second = weights(filters[1], filters[0], sides[1], sides[1], fan_in=fan_in, gain=2)
            self.second_bias = zeros(filters[1])
            side = self._pooled(side - sides[1] + 1, pools[1])
        outputs = filters[-1] * side**2
        self.output, self.output_bias = weights(outputs, classes, fan_in=outputs, gain=1), zeros(classes)

    @staticmethod
    def _pooled(side, block):
        if side % block:
            raise ValueError(f"pools: expected a divisor of the side {side} of a map, got {block}")
        return side // block

    def forward(self, patches):
        """Outputs (n, K) of patches (n, positions, entries)."""
        maps = torch.relu(patches @ self.first + self.first_bias)
        maps = maps.transpose(1, 2).reshape(len(patches), -1, self.side, self.side)
        maps = torch.nn.functional.avg_pool2d(maps, self.pools[0])
        if self.second is not None:
            maps = torch.relu(torch.nn.functional.conv2d(maps, self.second, self.second_bias))
            maps = torch.nn.functional.avg_pool2d(maps, self.pools[1])
        return maps.flatten(1) @ self.output + self.output_bias


def train_patch_network(network, patches, y, *, step, iterations, batch=50, momentum=0.9, seed=0):
    """Train by SGD with momentum on the mean softmax cross-entropy, in place.

    Parameters
    ----------
    network : PatchNetwork
    patches : array_like, shape (n, positions, entries)
    y : array_like of int, shape (n,)
    step : float
    iterations, batch : int
        Steps, and samples of each, at most n.
    momentum : float
    seed : int
        Of the batches.

    Returns
    -------
    convexify.training.History
    """
    patches = as_batch("patches", patches, shape=(None, None))
    weight = network.output
    Z = torch.as_tensor(patches, dtype=weight.dtype, device=weight.device)
    labels = torch.as_tensor(np.asarray(y), device=weight.device)

    def loss(rows=slice(None)):
        return torch.nn.functional.cross_entropy(network(Z[rows]), labels[rows])

    return train(
        network.parameters(), loss, method="sgd", step=step, iterations=iterations, n_samples=len(Z),
        batch_size=min(batch, len(Z)), momentum=momentum, seed=seed, record_every=max(1, iterations),
        description="convolutional network",
    )  # fmt: skip


def network_outputs(network, patches):
    """Outputs (n, K) as float64; those of a diverged network are not finite."""
    weight = network.output
    with torch.no_grad():
        return network(torch.as_tensor(patches, dtype=weight.dtype, device=weight.device)).cpu().double().numpy()
