"""The architectures whose depth is compared: networks, limits, and Gram matrices of random ones in batches."""

import numpy as np
import torch

from convexify.networks.dense_skips import DenseSkips
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual
from convexify.width.empirical import back_propagated, layer_kernels
from convexify.width.limits import gram, tangent_gram
from convexify.width.skips import branches_gram

_ROOT = {"branch_scaling": "1/sqrt(H)"}
#: One network: its class, what its class is told, what the limit is told.
SINGLE = {
    "fully connected": (FullyConnected, {}, {"architecture": "fc"}),
    "residual": (Residual, {}, {"architecture": "resnet"}),
    "skip, 1/sqrt(H)": (Residual, _ROOT, {"architecture": "resnet"} | _ROOT),
    "dense skips": (DenseSkips, {}, {"architecture": "dense"}),
}
#: Fully connected branches, (f_1 + … + f_H)/√H: the depth of each.
BRANCHES = {
    "branches of depth H": lambda depth: [depth] * depth,
    "branches of depths 1 to H": lambda depth: list(range(1, depth + 1)),
}
ARCHITECTURES = (*SINGLE, *BRANCHES)


def limit(X, architecture, depth, activation):
    """Limit of the Gram matrix of the last hidden layer, K^(H); of the branches', their sum."""
    if architecture in BRANCHES:
        return branches_gram(X, BRANCHES[architecture](depth), activation=activation)
    return gram(X, depth, activation=activation, **SINGLE[architecture][2])[-1]


def tangent(X, architecture, depth, activation):
    """Neural tangent kernel of the limit of one network."""
    return sum(tangent_gram(X, depth, activation=activation, **SINGLE[architecture][2]))


def smallest_of_random(X, architecture, sizes, activation, seed):
    """Smallest eigenvalue of that Gram matrix of one random network for each of the samples X (S, n, d): shape (S,)."""
    width, depth = sizes
    stream = torch.Generator().manual_seed(seed)
    if architecture in BRANCHES:
        depths = BRANCHES[architecture](depth)
        kinds = [("fully connected", branch) for branch in depths]
    else:
        kinds = [(architecture, depth)]
    kernels = sum(_last_kernel(X, kind, (width, layers), activation, stream) for kind, layers in kinds)
    return np.linalg.eigvalsh(kernels / len(kinds))[:, 0]


def _last_kernel(X, architecture, sizes, activation, stream):
    width, depth = sizes
    network, options, _ = SINGLE[architecture]
    count, _, inputs = X.shape
    model = network(inputs, width, depth, activation=activation, **options)
    shapes = [(count, width, inputs)] + [(count, width, width)] * (depth - 1)
    weights = [torch.randn(shape, generator=stream, dtype=torch.float64) for shape in shapes]
    output = torch.randn(count, width, generator=stream, dtype=torch.float64)
    _, entering, signals = back_propagated(model, weights, output, torch.as_tensor(X))
    return layer_kernels(entering[-2:], signals[-1:])[:, 0].numpy()
