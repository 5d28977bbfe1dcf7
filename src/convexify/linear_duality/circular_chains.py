r"""Deep chains of circular convolutions: every layer one, not only the first, and the dual over the same operators."""

import numpy as np

from convexify.checks import MOST_LAYERS, as_batch, as_integer, as_number
from convexify.linear_duality.compressed_problem import optimal_value


def circular_operator(kernels):
    r"""Matrix of a circular convolution layer (cross-correlation, as in torch).

    Parameters
    ----------
    kernels : array_like, shape (c_out, c_in, length)
        Taps between each pair of channels; shorter kernels are padded with zeros.

    Returns
    -------
    ndarray, shape (c_out * length, c_in * length)
        Maps a signal ``x[i, q]``, channel by channel, to ``y[o, p] = sum_i sum_t kernels[o, i, t] x[i, p + t]``.

    Raises
    ------
    ValueError
        If the kernels are not finite.

    Examples
    --------
    >>> circular_operator([[[1.0, 2.0, 0.0]]])
    array([[1., 2., 0.],
           [0., 1., 2.],
           [2., 0., 1.]])
    """
    kernels = as_batch("kernels", kernels, shape=(None, None))
    outputs, inputs, length = kernels.shape
    shift = (np.arange(length) - np.arange(length)[:, None]) % length
    return kernels[:, :, shift].transpose(0, 2, 1, 3).reshape(outputs * length, inputs * length)


def nearest_kernels(A, channels, length):
    """Kernels whose `circular_operator` is nearest to a matrix in the Frobenius norm: means over shifts.

    Parameters
    ----------
    A : ndarray, shape (c_out * length, c_in * length)
    channels : tuple of int
        ``(c_out, c_in)``.
    length : int

    Returns
    -------
    ndarray, shape (c_out, c_in, length)
    """
    outputs, inputs = channels
    blocks = np.asarray(A, dtype=float).reshape(outputs, length, inputs, length).transpose(0, 2, 1, 3)
    rows = np.arange(length)[:, None]
    return blocks[:, :, rows, (rows + np.arange(length)) % length].mean(axis=2)


def chain_optimum(kernels, gamma, depth, channels):
    r"""Chain of circular convolutions that solves objective (2) on white inputs, and a dual point that certifies it.

    Parameters
    ----------
    kernels : array_like, shape (c_out, c_in, length)
        Of the targets :math:`\tilde Y`, projected onto circular operators (`nearest_kernels`); the inputs are white,
        :math:`X = I`.
    gamma : float
        Non-negative.
    depth : int
        Number of layers :math:`H \ge 2`.
    channels : int
        Hidden channels :math:`r`, at most ``min(c_out, c_in)``.

    Returns
    -------
    layers : list of H ndarrays
        Kernels of each layer, the first one first.
    dual : float
        Dual value at a feasible point; add :math:`\tfrac12\|Y-\tilde Y\|_F^2` for the whole problem.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    The discrete Fourier transform makes circular operators block-diagonal, and products, Frobenius and Schatten norms
    respect the blocks: one deep linear problem for each frequency, of :math:`r` hidden units. So the dual over the same
    operators is

    .. math:: \max_{\|\Lambda\|\le\gamma}\sum_f\big(\tfrac12\|\tilde Y_f\|^2-\tfrac12\|\tilde Y_f-\Lambda_f\|_r^2\big)

    with :math:`\|\cdot\|_r^2` **at each frequency**, not over all singular values as in (3). Real kernels have
    conjugate blocks at opposite frequencies, which keeps the factors real.
    """
    kernels = as_batch("kernels", kernels, shape=(None, None))
    outputs, inputs, length = kernels.shape
    gamma, depth = as_number("gamma", gamma, minimum=0), as_integer("depth", depth, minimum=2, maximum=MOST_LAYERS)
    r = as_integer("channels", channels, minimum=1, maximum=min(outputs, inputs))
    blocks = np.fft.ifft(kernels).transpose(2, 0, 1) * length
    first = np.zeros((length, r, inputs), complex)
    middle, last = np.zeros((length, r, r), complex), np.zeros((length, outputs, r), complex)
    dual = 0.0
    for f in range(length // 2 + 1):
        mirror = -f % length
        block = blocks[f].real if f == mirror else blocks[f]
        U, s, Vh = np.linalg.svd(block, full_matrices=False)
        root = np.maximum(s[:r] - gamma, 0.0) ** (1 / depth)
        factors = root[:, None] * Vh[:r], np.diag(root), U[:, :r] * root
        left = np.linalg.svd(block - (U * np.minimum(s, gamma)) @ Vh, compute_uv=False)
        multiplicity = 1 if f == mirror else 2
        dual += multiplicity * 0.5 * float((s**2).sum() - (left[:r] ** 2).sum())
        for where, factor in zip((first, middle, last), factors, strict=True):
            where[f], where[mirror] = factor, np.conj(factor)
    layers = [first, *[middle] * (depth - 2), last]
    return [np.fft.fft(layer.transpose(1, 2, 0)).real / length for layer in layers], dual


def chain_closed_form(kernels, gamma, channels):
    """Optimum of a chain by the closed form of each frequency; arguments as `chain_optimum`.

    Returns
    -------
    float
    """
    kernels = as_batch("kernels", kernels, shape=(None, None))
    blocks = np.fft.ifft(kernels).transpose(2, 0, 1) * kernels.shape[-1]
    return sum(optimal_value(np.linalg.svd(block, compute_uv=False), gamma, channels) for block in blocks)


def two_tap_distance(taps):
    r"""Squared distance of three taps to the convolutions of two kernels of two taps each.

    Parameters
    ----------
    taps : array_like, shape (3,)

    Returns
    -------
    float

    Notes
    -----
    Products of two real polynomials of degree one are the :math:`p_0+p_1z+p_2z^2` with real roots,
    :math:`p_1^2\ge4p_0p_2`: a cone that is not convex, with convex hull :math:`\mathbb R^3`. Outside of it the nearest
    product has a double root, :math:`c(\cos^2\theta, 2\sin\theta\cos\theta, \sin^2\theta)`; the best c is a projection,
    and θ is found on a grid of :math:`2^{16}` angles.

    Examples
    --------
    >>> two_tap_distance([1.0, 0.0, 1.0])
    1.0
    """
    y = np.asarray(taps, dtype=float)
    if y[1] ** 2 >= 4 * y[0] * y[2]:
        return 0.0
    angles = np.linspace(0, np.pi, 2**16 + 1)
    double = np.stack([np.cos(angles) ** 2, np.sin(2 * angles), np.sin(angles) ** 2])
    return float(y @ y - ((y @ double) ** 2 / (double**2).sum(axis=0)).max())
