"""Transforms of prepared data; samples are rows.

A transform that learns something learns it from the training part and applies it to both. ``data`` is the dict that a
prepared file holds: ``X`` (n, d), ``y`` (n,), ``X_test``, ``y_test`` and whatever else, which is handed on untouched.
"""

import numpy as np

from convexify.checks import as_integer, as_matrix
from convexify.seeds import generator

PARTS = (("X", "y"), ("X_test", "y_test"))


def standardize(X, X_test=None):
    """Columns to mean 0 and population variance 1, by the statistics of ``X``; constant columns become 0.

    Parameters
    ----------
    X : array_like, shape (n, d)
    X_test : array_like, shape (m, d), optional

    Returns
    -------
    ndarray, shape (n, d), or a pair with the test part

    Raises
    ------
    ValueError
        If an entry is not finite or the numbers of columns differ.
    """
    X = as_matrix("X", X)
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    # Rounding leaves a constant column with a deviation of a few ulps, which must not be blown up to 1.
    constant = deviation <= 8 * np.finfo(float).eps * np.abs(mean)
    scale = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, deviation))
    return _both(lambda part: (part - mean) * scale, X, X_test)


def scale_images(X, X_test=None):
    """Pixels 0 … 255 to float64 in [0, 1].

    Raises
    ------
    ValueError
        If an entry lies outside 0 … 255.
    """

    def scaled(part):
        if part.min() < 0 or part.max() > 255:
            raise ValueError(f"X: expected pixels in 0 … 255, got {part.min()} … {part.max()}")
        return part / 255.0

    return _both(scaled, as_matrix("X", X), X_test)


def average_pool(X, image_shape, block):
    """Images averaged over squares of ``block`` × ``block`` pixels.

    Parameters
    ----------
    X : array_like, shape (n, pixels)
        Images in C order.
    image_shape : tuple of int
        (height, width) or (channels, height, width).
    block : int
        Side of a square; divides height and width.

    Returns
    -------
    ndarray, shape (n, pixels / block²)

    Raises
    ------
    ValueError
        If the images do not have that shape, or ``block`` does not divide their sides.

    Examples
    --------
    >>> average_pool([[0, 2, 4, 6]], (1, 4), 1).tolist(), average_pool([[0, 2, 4, 6]], (2, 2), 2).tolist()
    ([[0.0, 2.0, 4.0, 6.0]], [[3.0]])
    """
    shape = tuple(int(side) for side in image_shape)
    X = as_matrix("X", X, columns=int(np.prod(shape)))
    block = as_integer("block", block, minimum=1)
    if any(side % block for side in shape[-2:]):
        raise ValueError(f"block: expected a divisor of {shape[-2]} and {shape[-1]}, got {block}")
    squares = X.reshape(len(X), *shape[:-2], shape[-2] // block, block, shape[-1] // block, block)
    return squares.mean(axis=(-3, -1)).reshape(len(X), -1)


def add_bias(X, X_test=None):
    """Append a column of ones."""
    return _both(lambda part: np.column_stack([part, np.ones(len(part))]), as_matrix("X", X), X_test)


def unit_rows(X, X_test=None):
    """Rows to Euclidean norm 1; a zero row stays zero."""

    def normalised(part):
        # Scaled by the largest entry first: squares of very large or very small entries would leave the float range.
        largest = np.abs(part).max(axis=1, keepdims=True)
        part = part / np.where(largest == 0, 1.0, largest)
        norms = np.linalg.norm(part, axis=1, keepdims=True)
        return part / np.where(norms == 0, 1.0, norms)

    return _both(normalised, as_matrix("X", X), X_test)


def principal_components(X, components, X_test=None):
    """Coordinates along the leading principal axes of ``X``.

    Parameters
    ----------
    X : array_like, shape (n, d)
    components : int
        Between 1 and min(n, d).
    X_test : array_like, shape (m, d), optional

    Returns
    -------
    ndarray, shape (n, components), or a pair with the test part
        Centred by the mean of ``X``. The sign of an axis is fixed: its entry of largest modulus is positive.
    """
    X = as_matrix("X", X)
    as_integer("components", components, minimum=1, maximum=min(X.shape))
    mean = X.mean(axis=0)
    axes = np.linalg.svd(X - mean, full_matrices=False)[2][:components]
    axes *= np.sign(axes[np.arange(components), np.abs(axes).argmax(axis=1)])[:, None]
    return _both(lambda part: (part - mean) @ axes.T, X, X_test)


def one_hot(y, classes=None):
    """Indicator matrix (n, classes) of labels 0 … classes − 1; ``classes`` is one more than the largest by default."""
    y = np.asarray(y)
    if y.ndim != 1 or y.size == 0 or not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
        raise ValueError(f"y: expected a vector of labels 0, 1, …, got shape {y.shape} of {y.dtype}")
    classes = as_integer("classes", int(y.max()) + 1 if classes is None else classes, minimum=int(y.max()) + 1)
    return np.eye(classes)[y]


def binary_pair(data, classes):
    """Samples of two classes, with labels −1 (first class) and +1 (second class) as float64.

    Parameters
    ----------
    data : dict of ndarray
        A prepared data set.
    classes : pair of int
        Two labels that both occur in ``y``.

    Returns
    -------
    dict of ndarray
    """
    if len(classes) != 2 or classes[0] == classes[1]:
        raise ValueError(f"classes: expected two different labels, got {classes!r}")
    absent = [label for label in classes if label not in data["y"]]
    if absent:
        raise ValueError(f"classes: expected labels that occur in y, got {absent}")
    pair = dict(data)
    for X, y in _parts(data):
        rows = np.isin(data[y], classes)
        pair[X] = data[X][rows]
        pair[y] = np.where(data[y][rows] == classes[1], 1.0, -1.0)
    return pair


def subsample(data, n, seed, *, n_test=None):
    """Draw samples without replacement; the same seed draws the same samples, in the order of ``data``.

    Parameters
    ----------
    data : dict of ndarray
        A prepared data set.
    n : int
        Size of the training part.
    seed : int
        Root seed of the stream; use one of `convexify.seeds.integer_seed`.
    n_test : int, optional
        Size of the test part; by default all of it stays.

    Returns
    -------
    dict of ndarray
    """
    drawn = dict(data)
    for (X, y), size, name in zip(PARTS, (n, n_test), ("n", "n_test"), strict=True):
        if size is None or X not in data:
            continue
        as_integer(name, size, minimum=1, maximum=len(data[X]))
        rows = np.sort(generator(seed, "subsample", X).permutation(len(data[X]))[:size])
        drawn[X], drawn[y] = data[X][rows], data[y][rows]
    return drawn


def _parts(data):
    return [(X, y) for X, y in PARTS if X in data]


def _both(transform, X, X_test):
    if X_test is None:
        return transform(X)
    return transform(X), transform(as_matrix("X_test", X_test, columns=X.shape[1]))
