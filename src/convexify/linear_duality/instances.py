"""Small deep linear problems that cover the cases of the theorem: generic, rank-deficient, tied, convolutional."""

import numpy as np

from convexify.checks import one_of
from convexify.linear_duality.operators import circular_patches, with_bias_row

INSTANCES = ("gaussian", "rank_deficient", "tied", "circulant", "affine")


def instance(name, generator):
    """Data of a synthetic problem, samples as columns.

    Parameters
    ----------
    name : {"gaussian", "rank_deficient", "tied", "circulant", "affine"}
        ``gaussian``: 8 inputs, 6 outputs, 60 samples, all entries standard normal.
        ``rank_deficient``: 12 inputs of rank 7, 6 outputs, 60 samples, normal.
        ``tied``: orthonormal inputs and targets in their row space with singular values 4, 3, 3, 3, 2, 1.
        ``circulant``: patches of size 5 of 10 circular signals of length 12, so that a matrix product is a circular
        convolution; targets are the responses to a bank of 4 normal kernels plus normal noise of deviation 0.5.
        ``affine``: 6 normal inputs and a row of ones, 5 normal outputs shifted by 2, 60 samples.
    generator : numpy.random.Generator

    Returns
    -------
    X, Y : ndarray, shapes (d_0, n) and (d_H, n)

    Raises
    ------
    ValueError
        For an unknown name.
    """
    one_of("name", name, INSTANCES)
    normal = generator.normal
    if name == "gaussian":
        return normal(size=(8, 60)), normal(size=(6, 60))
    if name == "rank_deficient":
        return normal(size=(12, 7)) @ normal(size=(7, 60)), normal(size=(6, 60))
    if name == "tied":
        X = np.linalg.qr(normal(size=(60, 8)))[0].T
        left, right = (np.linalg.qr(normal(size=(size, 6)))[0] for size in (6, 8))
        return X, (left * [4.0, 3.0, 3.0, 3.0, 2.0, 1.0]) @ right.T @ X
    if name == "affine":
        return with_bias_row(normal(size=(6, 60))), normal(size=(5, 60)) + 2
    X = circular_patches(normal(size=(10, 12)), 5)
    return X, normal(size=(4, 5)) @ X + 0.5 * normal(size=(4, X.shape[1]))
