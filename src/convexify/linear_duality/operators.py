"""Convolutions and affine layers as linear operators, so that the duality of deep linear networks covers them."""

import numpy as np

from convexify.checks import as_integer, as_matrix


def circular_patches(signals, kernel_size):
    r"""Data matrix on which a circular convolution layer is a matrix product.

    Parameters
    ----------
    signals : array_like, shape (n, length)
        One-dimensional signals, one per row.
    kernel_size : int
        At most ``length``.

    Returns
    -------
    ndarray, shape (kernel_size, n * length)
        Column ``i * length + p`` holds ``signals[i, p], …, signals[i, p + kernel_size - 1]``, wrapped around: the first
        ``kernel_size`` rows of one circulant matrix per signal. With a bank of kernels as rows, ``bank @ patches`` is
        the layer's output (cross-correlation, as in torch), channel by channel and position by position; layers of
        1 × 1 kernels after it multiply from the left, so the network is a deep linear one on these data.

    Raises
    ------
    ValueError
        If the signals are not a finite matrix or ``kernel_size`` is out of range.
    """
    signals = as_matrix("signals", signals)
    n, length = signals.shape
    kernel_size = as_integer("kernel_size", kernel_size, minimum=1, maximum=length)
    positions = (np.arange(kernel_size)[:, None] + np.arange(length)) % length
    return signals[:, positions].transpose(1, 0, 2).reshape(kernel_size, n * length)


def with_bias_row(X):
    """``X`` with a last row of ones: the last column of the first layer's weights then is its bias.

    Parameters
    ----------
    X : array_like, shape (d, n)

    Returns
    -------
    ndarray, shape (d + 1, n)

    Notes
    -----
    The bias is penalised with the weights. In a linear network biases of later layers add nothing to what it computes:
    they only shift the sum that this one can already take.

    Raises
    ------
    ValueError
        If ``X`` is not a finite matrix.
    """
    X = as_matrix("X", X)
    return np.vstack([X, np.ones(X.shape[1])])
