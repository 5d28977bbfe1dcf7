"""Networks of several architectures with a given number of parameters, trained many at a time."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch

from convexify.many_runs import train_many
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual

#: A run counts as diverged above this multiple of its first objective.
_BLOW_UP = 1e3


@dataclass(frozen=True)
class Architecture:
    """Average of ``branches`` ReLU networks of one width and depth without biases: data have a column of ones."""

    kind: str
    branches: int
    width: int
    depth: int

    def parameters(self, inputs):
        """Number of weights."""
        return self.branches * (self.width * (inputs + 1) + (self.depth - 1) * self.width**2)


def of_size(kind, budget, inputs, settings):
    """The largest architecture of a kind with at most ``budget`` parameters.

    One hidden layer of any width (``wide``), branches of a fixed width, in any number (``branches``), or one network of
    any width (``fully connected``, ``residual``); all but the first have ``settings.depth`` hidden layers.
    """
    shapes = {
        "wide": lambda k: Architecture(kind, 1, k, 1),
        "branches": lambda k: Architecture(kind, k, settings.branch_width, settings.depth),
        "fully connected": lambda k: Architecture(kind, 1, k, settings.depth),
        "residual": lambda k: Architecture(kind, 1, k, settings.depth),
    }
    k = 1
    while shapes[kind](k + 1).parameters(inputs) <= budget:
        k += 1
    if shapes[kind](k).parameters(inputs) > budget:
        raise ValueError(f"budget: expected at least {shapes[kind](k).parameters(inputs)} for {kind}, got {budget}")
    return shapes[kind](k)


@dataclass(frozen=True)
class Trained:
    """B networks: outputs (B, n) at their training and test rows, objectives (B,), infinite where a run diverged.

    ``active`` (B,) counts the weights of the units that are left, see `active_parameters`.
    """

    outputs: np.ndarray
    outputs_test: np.ndarray
    objectives: np.ndarray
    active: np.ndarray


def train_networks(architecture, data, runs, *, method, iterations, batch, seed):
    r"""Train B networks side by side, each on data of its own, with a step and a penalty of its own.

    .. math::
       \frac1{2n}\sum_i(f(x_i)-y_i)^2+\frac\lambda2\,\frac1I\sum_k\Big(\sum_h\frac{c_\sigma}m\|W_{k,h}\|^2+\|a_k\|^2\Big)

    is minimised; for one hidden layer that is the objective of the convex programs at :math:`\beta=n\lambda`. Output
    weights start at 0, so that every network starts as the constant 0; steps fall linearly to 0.

    Parameters
    ----------
    architecture : Architecture
    data : tuple of ndarray, shapes (B, n, d), (B, n) and (B, m, d)
        Rows and labels of the training part, rows of the test part.
    runs : list of (seed, step, lam)
        One for each network.
    method : {"sgd", "adam"}
    iterations, batch : int
    seed : int
        Of the mini-batches, the same for all.
    """
    X, y, X_test = (torch.from_numpy(np.ascontiguousarray(part, np.float32)) for part in data)
    seeds, steps, lams = zip(*runs, strict=True)
    steps, lams = torch.tensor(steps, dtype=torch.float32), torch.tensor(lams, dtype=torch.float32)
    make = Residual if architecture.kind == "residual" else FullyConnected
    module = make(X.shape[2], architecture.width, architecture.depth, activation="relu", dtype=torch.float32)
    shapes = [(architecture.branches, *W.shape) for W in (*module.weights, module.output)]
    sizes = [math.prod(shape) for shape in shapes]
    # All weights of a network are one vector, a factor times what the optimiser moves: so its step is its own.
    factors = (steps if method == "adam" else steps.sqrt())[:, None]
    moved = (_initial_weights(sizes, seeds) / factors).requires_grad_()
    cost = torch.full((sum(sizes),), module.first_factor**2)
    cost[-sizes[-1] :] = 1.0

    def weights():
        return _shaped(factors * moved, shapes, sizes)

    def each(batch=slice(None)):
        vectors = factors * moved
        fit = 0.5 * (_outputs(module, X[:, batch], _shaped(vectors, shapes, sizes)) - y[:, batch]).square().mean(1)
        return fit + 0.5 * lams / architecture.branches * (vectors.square() @ cost)

    ceiling = train_many(
        moved, each, method=method, step=1.0, iterations=iterations, batch_size=batch, n_samples=X.shape[1], seed=seed,
        blow_up=_BLOW_UP,
    )  # fmt: skip
    with torch.no_grad():
        ends, parts = each(), weights()
        outputs = [_outputs(module, part, parts).double().numpy() for part in (X, X_test)]
        objectives = torch.where(ends < ceiling, ends, torch.inf).double().numpy()
    return Trained(*outputs, objectives, active_parameters([part.numpy() for part in parts]))


def active_parameters(weights, negligible=1e-3):
    """Weights between units that are left, for weights (B, I, m, ·), …, (B, I, m): shape (B,).

    A unit is left if the norm of its incoming weights times that of its outgoing ones is more than ``negligible`` times
    the largest such product in its layer: what weight decay takes to zero does not count.
    """
    *hidden, output = weights
    leaving = [*[np.linalg.norm(W, axis=2) for W in hidden[1:]], np.abs(output)]
    strengths = [np.linalg.norm(W, axis=3) * out for W, out in zip(hidden, leaving, strict=True)]
    left = [(s > negligible * s.max(axis=(1, 2), keepdims=True)).sum(axis=2) for s in strengths]
    counts = left[0] * hidden[0].shape[3] + left[-1]
    for before, after in itertools.pairwise(left):
        counts = counts + before * after
    return counts.sum(axis=1)


def _initial_weights(sizes, seeds):
    """Vectors (B, size) with normal hidden weights and zero output weights."""
    draws = [torch.randn(sum(sizes[:-1]), generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.cat([torch.stack(draws), torch.zeros(len(seeds), sizes[-1])], dim=1)


def _shaped(vectors, shapes, sizes):
    """Weights (B, I, m, ·), …, (B, I, m) that vectors (B, size) hold."""
    return [part.unflatten(1, shape) for part, shape in zip(vectors.split(sizes, dim=1), shapes, strict=True)]


def _outputs(module, X, weights):
    """Outputs (B, n) of networks with weights (B, I, m, ·) at rows (B, n, d)."""
    *hidden, output = weights
    B, branches, width, d = hidden[0].shape
    # The first layer of all branches is one product.
    first = torch.relu(X @ hidden[0].reshape(B, branches * width, d).mT).unflatten(-1, (branches, width))
    x = module.combine(1, X, first.transpose(1, 2))
    for layer, W in enumerate(hidden[1:], start=2):
        x = module.combine(layer, x, torch.relu(x @ W.mT))
    return (x @ output[..., None]).squeeze(-1).mean(1)
