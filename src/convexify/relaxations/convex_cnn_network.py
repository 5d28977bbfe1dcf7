"""Convolutional networks of the shape that `convexify.relaxations.convex_cnn` convexifies, trained by SGD.

Written out in NumPy: the networks are so small that automatic differentiation would cost more than they do.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convexify.checks import as_batch, as_integer, as_number


class PatchNetwork:
    r"""Filters on given patches, ReLU, average pooling, optionally a second convolution of the same kind, and outputs.

    Parameters
    ----------
    shape : tuple of int
        Positions (a square) and entries of the patches of an image, as `image_patches` gives them.
    filters : sequence of int
        Number of filters of each convolution, one or two.
    classes : int
    sides, pools : sequence of int
        Sides of a patch and of a pooled square of each convolution; the first patch is in ``shape`` already.
    generator : numpy.random.Generator
        Draws the start: weights Gaussian, of variance 2/fan-in before a ReLU and 1/fan-in at the outputs; biases 0.
    dtype : data type

    Attributes
    ----------
    weights : list of ndarray
        Matrix and bias of each convolution, then of the outputs.

    Raises
    ------
    ValueError
        If a second patch does not fit into the pooled maps, or a pooled square does not divide a map.

    Examples
    --------
    >>> network = PatchNetwork((16, 9), [3], 2, sides=[3], pools=[2], generator=np.random.default_rng(0))
    >>> network.outputs(np.ones((5, 16, 9))).shape, [w.shape for w in network.weights]
    ((5, 2), [(9, 3), (3,), (12, 2), (2,)])
    """

    def __init__(self, shape, filters, classes, *, sides, pools, generator, dtype=np.float32):
        positions, entries = shape
        side = math.isqrt(positions)
        if len(filters) not in (1, 2) or side**2 != positions:
            raise ValueError(f"shape, filters: expected a square of positions and one or two convolutions, "
                             f"got {positions} positions and {len(filters)} convolutions")  # fmt: skip
        self.dtype, self.pools, self.sides, self.weights, self.maps = (
            np.dtype(dtype),
            tuple(pools),
            tuple(sides),
            [],
            [],
        )
        for number, count in enumerate(filters):
            if number and sides[number] > side:
                raise ValueError(f"sides: expected a patch within a map of side {side}, got {sides[number]}")
            side = side - sides[number] + 1 if number else side
            if side % pools[number]:
                raise ValueError(f"pools: expected a divisor of the side {side} of a map, got {pools[number]}")
            self._add(entries, count, 2, generator)
            self.maps.append(side)
            side //= pools[number]
            if number + 1 < len(filters):
                entries = count * sides[number + 1] ** 2
        self._add(filters[-1] * side**2, classes, 1, generator)

    def _add(self, fan_in, count, gain, generator):
        matrix = generator.standard_normal((fan_in, count)) * math.sqrt(gain / fan_in)
        self.weights += [matrix.astype(self.dtype), np.zeros(count, dtype=self.dtype)]

    def outputs(self, patches):
        """Outputs (n, K) of patches (n, positions, entries)."""
        return self._forward(np.asarray(patches, dtype=self.dtype))[0]

    def gradient(self, patches, y):
        """Mean softmax cross-entropy and its gradient with respect to each of the weights, in their order.

        Parameters
        ----------
        patches : ndarray, shape (n, positions, entries)
        y : ndarray of int, shape (n,)

        Returns
        -------
        float, list of ndarray
        """
        outputs, seen = self._forward(patches)
        samples = np.arange(len(y))
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        total = np.exp(shifted).sum(axis=1, keepdims=True)
        loss = float((np.log(total[:, 0]) - shifted[samples, y]).mean())
        back = np.exp(shifted) / total
        back[samples, y] -= 1
        back /= len(y)
        flat = seen[-1][2].reshape(len(y), -1)
        gradients = [flat.T @ back, back.sum(axis=0)]
        back = (back @ self.weights[-2].T).reshape(seen[-1][2].shape)
        for number in reversed(range(len(self.maps))):
            rows, active, _ = seen[number]
            side, pool = self.maps[number], self.pools[number]
            back = np.repeat(np.repeat(back, pool, axis=1), pool, axis=2) / pool**2
            back = back.reshape(-1, back.shape[-1]).astype(self.dtype, copy=False) * active
            gradients = [rows.T @ back, back.sum(axis=0), *gradients]
            if number:
                back = self._fold(back @ self.weights[2 * number].T, len(y), side, number)
        return loss, gradients

    def _forward(self, patches):
        """Outputs, and of each convolution its rows of patches, which of its units are active, its pooled map."""
        seen, rows = [], patches.reshape(-1, patches.shape[-1])
        for number, (side, pool) in enumerate(zip(self.maps, self.pools, strict=False)):
            if number:
                windows = sliding_window_view(seen[-1][2], (self.sides[number],) * 2, axis=(1, 2))
                rows = windows.reshape(len(patches) * side**2, -1)
            maps = rows @ self.weights[2 * number]
            maps += self.weights[2 * number + 1]
            active = maps > 0
            maps *= active
            maps = maps.reshape(len(patches), side, side, -1)
            pooled = sum(maps[:, i::pool, j::pool] for i in range(pool) for j in range(pool)) / pool**2
            seen.append((rows, active, pooled.astype(self.dtype, copy=False)))
        return seen[-1][2].reshape(len(patches), -1) @ self.weights[-2] + self.weights[-1], seen

    def _fold(self, rows, n, side, number):
        """Gradient of the maps (n, s, s, r) that the rows of patches of a convolution were cut from."""
        patch = self.sides[number]
        parts = rows.reshape(n, side, side, -1, patch, patch)
        folded = np.zeros((n, side + patch - 1, side + patch - 1, parts.shape[3]), dtype=self.dtype)
        for i in range(patch):
            for j in range(patch):
                folded[:, i : i + side, j : j + side] += parts[..., i, j]
        return folded


def train_patch_network(network, patches, y, generator, *, step, iterations, batch=50, momentum=0.9):
    r"""Train by SGD with momentum on the mean softmax cross-entropy, in place.

    Parameters
    ----------
    network : PatchNetwork
    patches : array_like, shape (n, positions, entries)
    y : array_like of int, shape (n,)
    generator : numpy.random.Generator
        Draws the batches: consecutive parts of a new permutation for each epoch.
    step, momentum : float
        η > 0 and μ in :math:`v \leftarrow \mu v + g,\ w \leftarrow w - \eta v`.
    iterations, batch : int
        Steps, and samples of each, at most n.

    Returns
    -------
    bool
        False if the run diverged: its weights are not finite.
    """
    Z = as_batch("patches", patches, shape=(None, None)).astype(network.dtype)
    y = np.asarray(y)
    step, momentum = as_number("step", step, above=0), as_number("momentum", momentum, minimum=0, maximum=1)
    iterations, batch = as_integer("iterations", iterations, minimum=1), as_integer("batch", batch, minimum=1)
    velocities = [np.zeros_like(weight) for weight in network.weights]
    batches = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(iterations):
            if not batches:
                order = generator.permutation(len(Z))
                batches = [order[start : start + batch] for start in range(0, len(Z), batch)]
            rows = batches.pop()
            loss, gradients = network.gradient(Z[rows], y[rows])
            if not math.isfinite(loss):
                return False
            for weight, velocity, slope in zip(network.weights, velocities, gradients, strict=True):
                velocity *= momentum
                velocity += slope
                weight -= network.dtype.type(step) * velocity
    return all(np.isfinite(weight).all() for weight in network.weights)
