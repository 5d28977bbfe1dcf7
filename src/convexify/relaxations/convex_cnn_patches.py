"""Patches of images, their contrast and covariance normalised, and averages over squares of positions."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convexify.checks import as_batch, as_integer, as_matrix, as_number

#: Added to the length of a centred patch before it is divided by it.
CONTRAST_OFFSET = 0.1
#: Added to the variances before whitening.
WHITENING_DAMPING = 0.1


def image_patches(images, side):
    """All square patches of images, in the order of their upper left corners.

    Parameters
    ----------
    images : array_like, shape (n, channels, height, width)
    side : int
        Pixels of a side of a patch.

    Returns
    -------
    ndarray, shape (n, (height − side + 1)(width − side + 1), channels · side²)

    Raises
    ------
    ValueError
        If the images have no such shape or are smaller than a patch.

    Examples
    --------
    >>> image_patches(np.arange(6.0).reshape(1, 1, 2, 3), 2).tolist()
    [[[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0]]]
    """
    images = as_batch("images", images, shape=(None, None, None, None))
    side = as_integer("side", side, minimum=1)
    if side > min(images.shape[2:]):
        raise ValueError(f"side: expected a patch within an image of {images.shape[2]} × {images.shape[3]} pixels, "
                         f"got {side} × {side}")  # fmt: skip
    windows = sliding_window_view(images, (side, side), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(len(images), windows.shape[1] * windows.shape[2], -1)


def normalise_contrast(patches, offset=CONTRAST_OFFSET):
    """Patches minus their means, divided by ``offset`` plus what length is left.

    A patch without variance becomes 0: the offset, not its rounding, is what divides it.

    Parameters
    ----------
    patches : array_like, shape (..., d)
    offset : float

    Returns
    -------
    ndarray, shape (..., d)

    Examples
    --------
    >>> normalise_contrast([[3.0, 3.0], [0.0, 1.8]], offset=0.1).round(2).tolist()
    [[0.0, 0.0], [-0.66, 0.66]]
    """
    patches = as_batch("patches", patches, shape=(None,))
    offset = as_number("offset", offset, above=0)
    centred = patches - patches.mean(axis=-1, keepdims=True)
    return centred / (np.linalg.norm(centred, axis=-1, keepdims=True) + offset)


@dataclass(frozen=True)
class Whitening:
    """Centre and symmetric matrix that `fit_whitening` found; ``whitening(patches)`` applies them."""

    mean: np.ndarray
    matrix: np.ndarray

    def __call__(self, patches):
        return (patches - self.mean) @ self.matrix


def fit_whitening(patches, damping=WHITENING_DAMPING):
    r"""ZCA: the symmetric matrix :math:`(\Sigma + \epsilon I)^{-1/2}` of the covariance of patches.

    Parameters
    ----------
    patches : array_like, shape (n, d)
        Of the training part.
    damping : float
        ε, which keeps directions without variance from being blown up.

    Returns
    -------
    Whitening
    """
    patches, damping = as_matrix("patches", patches), as_number("damping", damping, above=0)
    mean = patches.mean(axis=0)
    values, vectors = np.linalg.eigh((patches - mean).T @ (patches - mean) / len(patches))
    return Whitening(mean, vectors / np.sqrt(np.maximum(values, 0) + damping) @ vectors.T)


def pool_positions(features, block):
    """Averages over squares of positions.

    Parameters
    ----------
    features : ndarray, shape (n, side², m)
        At the positions of a square, row by row.
    block : int
        Positions of a side of a pooled square; divides the side.

    Returns
    -------
    ndarray, shape (n, (side / block)², m)

    Raises
    ------
    ValueError
        If the positions form no square that the block divides.

    Examples
    --------
    >>> pool_positions(np.arange(4.0).reshape(1, 4, 1), 2).tolist()
    [[[1.5]]]
    """
    n, positions, m = features.shape
    side, block = round(positions**0.5), as_integer("block", block, minimum=1)
    if side**2 != positions or side % block:
        raise ValueError(f"block: expected a divisor of the side of a square of positions, got {block} for {positions}")
    squares = features.reshape(n, side // block, block, side // block, block, m)
    return squares.mean(axis=(2, 4)).reshape(n, -1, m)
