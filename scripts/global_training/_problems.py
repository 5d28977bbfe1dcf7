"""What both jobs share: images on their leading components, descent with a tuned step."""

import math

import numpy as np
from scipy.linalg import eigh

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.datasets.tasks import root_mean_square_norm
from convexify.datasets.transforms import add_bias
from convexify.tuning import tune_step

_BLOCK = 5000  # images whose pixels are floats at the same time


def leading_components(images, components):
    """All images on their leading principal components, (n, components).

    By way of the covariance matrix, summed over blocks: the decomposition of all pixels would take a minute for MNIST.
    """
    mean = images.mean(axis=0)
    blocks = [images[k : k + _BLOCK] for k in range(0, len(images), _BLOCK)]
    covariance = sum((block - mean).T @ (block - mean) for block in blocks)
    pixels = len(covariance)
    _, axes = eigh(covariance, subset_by_index=[pixels - components, pixels - 1])
    axes = axes[:, ::-1] * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(components)])[::-1]
    return np.vstack([(block - mean) @ axes for block in blocks])


def few_components(X, components):
    """The first ``components`` columns with rows of length about 1, and a ones column."""
    X = X[:, :components]
    return add_bias(X / root_mean_square_norm(X))


def tuned_networks(X, y, beta, width, *, method, start, trials, iterations, batch, seed, device):
    """Networks whose step, falling to 0, was tuned by `tune_step` on the training objective; and the tuning."""
    fits = {}

    def score(step):
        fits[step] = falling_step(X, y, beta, width, method, step, iterations, batch, seed, device)
        return math.inf if fits[step].diverged.any() else fits[step].final_objectives.sum()

    tuning = tune_step(score, start=start, trials=trials)
    return fits[tuning.step], tuning


def falling_step(X, y, beta, width, method, step, iterations, batch, seed, device):
    """`fit_networks` with a step that falls linearly to 0; ``batch`` None is the full gradient."""
    return fit_networks(
        X, y, beta, width, method=method, step=lambda k: step * (1 - k / iterations), iterations=iterations,
        batch_size=batch and min(batch, len(X)), seed=seed, device=device,
    )  # fmt: skip
