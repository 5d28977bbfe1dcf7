"""Training and test parts of one draw: leading components and a constant for all methods, small images for some."""

from dataclasses import dataclass

import numpy as np

from convexify.datasets.tasks import root_mean_square_norm
from convexify.datasets.transforms import (
    add_bias,
    average_pool,
    binary_pair,
    principal_components,
    scale_images,
    standardize,
)
from convexify.seeds import generator


@dataclass(frozen=True)
class Sample:
    """Rows (n, d) and labels ±1 of a training and a test part; images (n, 1, s, s), or None for other data."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    images: np.ndarray | None
    images_test: np.ndarray | None


def draw_all(data, settings, seed):
    """Pilot of each data set, by name, and the draws that are measured, by (name, draw).

    The test part of a pilot is made of other training rows: settings are chosen on it, never on test data.
    """
    named = {name: (arrays, settings.pairs[name]) for name, arrays in zip(settings.datasets, data, strict=True)}
    pilot = {
        name: draw_sample(*task, settings, generator(seed, "open_questions", name, "pilot"), held_out=True)
        for name, task in named.items()
    }
    measured = {
        (name, draw): draw_sample(*task, settings, generator(seed, "open_questions", name, "draw", draw))
        for name, task in named.items()
        for draw in range(settings.draws)
    }
    return pilot, measured


def draw_sample(data, pair, settings, rng, *, held_out=False):
    """One draw of a binary task.

    Parameters
    ----------
    data : dict of str to ndarray
        A prepared data set.
    pair : sequence of two labels
    settings : namespace
        ``samples, test_samples, components, image_side``.
    rng : numpy.random.Generator
    held_out : bool
        The test part is made of other training rows: what settings are chosen on.
    """
    data = binary_pair(data, pair)
    rows = rng.permutation(len(data["X"]))
    train = rows[: settings.samples]
    if held_out:
        test = rows[settings.samples : settings.samples + settings.test_samples]
        raw_test, y_test = data["X"][test], data["y"][test]
    else:
        test = rng.permutation(len(data["X_test"]))[: settings.test_samples]
        raw_test, y_test = data["X_test"][test], data["y_test"][test]
    raw = data["X"][train]
    X, X_test = (scale_images if raw.dtype == np.uint8 else standardize)(raw, raw_test)
    X, X_test = principal_components(X, settings.components, X_test)
    size = root_mean_square_norm(X)
    X, X_test = add_bias(X / size, X_test / size)
    images = [_images(part, data.get("image_shape", ()), settings.image_side) for part in (raw, raw_test)]
    return Sample(X, data["y"][train], X_test, y_test, *images)


def _images(raw, shape, side):
    """Grey images in [0, 1], averaged over squares to about ``side`` pixels a side."""
    if np.size(shape) < 2:  # no images
        return None
    height, width = (int(length) for length in shape[-2:])
    block = max(1, width // side)
    grey = scale_images(raw) if raw.dtype == np.uint8 else raw / max(raw.max(), 1)
    return average_pool(grey, (height, width), block).reshape(len(raw), 1, height // block, width // block)
