"""Harder variants of pictures of digits: turned, before random pixels, before photographs."""

import numpy as np
from scipy.ndimage import rotate

from convexify.checks import as_batch, one_of

VARIANTS = ("basic", "rand", "rot", "img", "rot_img")


def image_variant(images, variant, generator, photographs=None):
    """A variant of grey images.

    Parameters
    ----------
    images : array_like, shape (n, height, width)
        Grey values in [0, 1], bright on a dark ground.
    variant : {"basic", "rand", "rot", "img", "rot_img"}
        As they are; before pixels that are uniform in [0, 1]; turned by an angle uniform in [0°, 360°), with linear
        interpolation and what leaves the frame cut off; before photographs; turned, then before photographs.
    generator : numpy.random.Generator
        Draws angles, then pixels or photographs and the places where they are cut.
    photographs : array_like, shape (m, height', width'), optional
        Grey values in [0, 1] of photographs at least as large as the images, for ``img`` and ``rot_img``.

    Returns
    -------
    ndarray, shape (n, height, width)
        Each pixel the larger of image and background.

    Raises
    ------
    ValueError
        If values leave [0, 1], the variant is unknown, or photographs are missing or smaller than the images.

    Examples
    --------
    >>> image_variant(np.full((1, 2, 2), 0.5), "rand", np.random.default_rng(0)).round(2).tolist()
    [[[0.64, 0.5], [0.5, 0.5]]]
    """
    one_of("variant", variant, VARIANTS)
    images = _grey("images", images)
    if variant.startswith("rot"):
        angles = generator.uniform(0, 360, size=len(images))
        images = np.stack([_turned(image, angle) for image, angle in zip(images, angles, strict=True)])
    if variant == "rand":
        return np.maximum(images, generator.uniform(size=images.shape))
    if variant.endswith("img"):
        return np.maximum(images, _cuttings(photographs, images.shape, generator))
    return images


def grey_photographs(X, image_shape):
    """Mean of the colours of stored photographs, in [0, 1].

    Parameters
    ----------
    X : ndarray of uint8, shape (n, pixels)
        Channel-height-width.
    image_shape : tuple of int
        (channels, height, width).

    Returns
    -------
    ndarray, shape (n, height, width)
    """
    return np.asarray(X).reshape(-1, *(int(side) for side in image_shape)).mean(axis=1) / 255.0


def _turned(image, angle):
    return np.clip(rotate(image, angle, reshape=False, order=1), 0, 1)


def _cuttings(photographs, shape, generator):
    if photographs is None:
        raise ValueError("photographs: expected grey photographs for the background, got None")
    photographs = _grey("photographs", photographs)
    n, height, width = shape
    if photographs.shape[1] < height or photographs.shape[2] < width:
        raise ValueError(f"photographs: expected at least {height} × {width} pixels, got {photographs.shape[1:]}")
    chosen = generator.integers(0, len(photographs), n)
    tops = generator.integers(0, photographs.shape[1] - height + 1, n)
    lefts = generator.integers(0, photographs.shape[2] - width + 1, n)
    return np.stack([photographs[i, top : top + height, left : left + width]
                     for i, top, left in zip(chosen, tops, lefts, strict=True)])  # fmt: skip


def _grey(name, images):
    images = as_batch(name, images, shape=(None, None, None))
    if images.min() < 0 or images.max() > 1:
        raise ValueError(f"{name}: expected grey values in [0, 1], got {images.min():g} … {images.max():g}")
    return images
