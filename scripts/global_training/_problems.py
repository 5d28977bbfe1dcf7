"""What both jobs share: prepared data made small, images on their leading components, descent with a tuned step."""

import math

import numpy as np
from scipy.linalg import eigh

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.datasets.transforms import (
    add_bias,
    binary_pair,
    one_hot,
    principal_components,
    scale_images,
    standardize,
    subsample,
)
from convexify.tuning import tune_step

_BLOCK = 5000  # images whose pixels are floats at the same time


def task(data, *, components, samples, test_samples, seed, pair=None):
    """Arrays X, y, X_test, y_test as in the experiment convex_relu: principal components, rows of length about 1, ones.

    Targets are ±1: (n, 1) for a ``pair`` of labels, otherwise (n, c), each class against the rest.
    """
    if pair is not None:
        data = binary_pair(data, pair)
    data = subsample(data, min(samples, len(data["X"])), seed, n_test=min(test_samples, len(data["X_test"])))
    images = data["X"].dtype == np.uint8
    X, X_test = (scale_images if images else standardize)(data["X"], data["X_test"])
    X, X_test = principal_components(X, min(components, *X.shape), X_test)
    size = np.sqrt((X**2).sum(axis=1).mean())
    X, X_test = add_bias(X / size, X_test / size)
    if pair is not None:
        return X, data["y"][:, None], X_test, data["y_test"][:, None]
    classes = int(max(data["y"].max(), data["y_test"].max())) + 1
    return X, 2 * one_hot(data["y"], classes) - 1, X_test, 2 * one_hot(data["y_test"], classes) - 1


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
    return add_bias(X / np.sqrt((X**2).sum(axis=1).mean()))


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


def accuracy(prediction, y):
    """Share of samples whose class is predicted: the sign of one column (0 counts as −1), the largest of several."""
    if y.shape[1] == 1:
        return float(((prediction > 0) == (y > 0)).mean())
    return float((prediction.argmax(axis=1) == y.argmax(axis=1)).mean())
