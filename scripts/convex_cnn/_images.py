"""Images of one draw: chosen, made into a variant, averaged over squares."""

from dataclasses import dataclass

import numpy as np

from convexify.datasets.image_variants import grey_photographs, image_variant
from convexify.datasets.transforms import average_pool, scale_images


@dataclass(frozen=True)
class Images:
    """Images (n, channels, height, width) and classes of a training and a test part."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def draw_images(data, variant, settings, rng, *, held_out=0):
    """Images of one draw; with ``held_out`` the test part is that many other training images, for tuning.

    Parameters
    ----------
    data : list of dict
        What the group of variants is made of: grey images, photographs, or both in this order.
    variant : str
        See `convexify.datasets.image_variants.image_variant`; ``colour`` are photographs as they are.
    settings : namespace
    rng : numpy.random.Generator
    held_out : int
    """
    source, n = data[0], max(settings.sizes)
    rows = rng.permutation(len(source["X"]))[: n + held_out]
    train, test = rows[:n], rows[n:]
    parts = [(source["X"][train], source["y"][train])]
    if held_out:
        parts.append((source["X"][test], source["y"][test]))
    else:
        count = min(settings.test_samples, len(source["X_test"]))
        chosen = rng.permutation(len(source["X_test"]))[:count]
        parts.append((source["X_test"][chosen], source["y_test"][chosen]))
    # Photographs behind training images and behind test images come from their own training and test parts.
    backgrounds = ["X", "X" if held_out else "X_test"]
    made = []
    for (X, y), part in zip(parts, backgrounds, strict=True):
        photographs = _photographs(data[1], part, len(X), rng) if len(data) > 1 else None
        made += [_made(X, source, variant, settings.block, rng, photographs), y]
    return Images(*made)


def _photographs(data, part, count, rng):
    """Grey photographs, as many as there are images: all of them would take a gigabyte."""
    rows = rng.permutation(len(data[part]))[:count]
    return grey_photographs(data[part][rows], data["image_shape"])


def _made(X, source, variant, block, rng, photographs):
    shape = [int(side) for side in source["image_shape"]]
    X = scale_images(X) if X.dtype == np.uint8 else X / source["X"].max()
    if variant != "colour":
        X = image_variant(X.reshape(-1, *shape[-2:]), variant, rng, photographs).reshape(len(X), -1)
    pooled = average_pool(X, shape, block)
    channels = shape[0] if len(shape) == 3 else 1
    return pooled.reshape(len(X), channels, shape[-2] // block, shape[-1] // block)
