"""Classification tasks of the convex ReLU experiments: prepared data made small by one recipe, and their accuracy."""

import numpy as np

from convexify.datasets.transforms import (
    add_bias,
    binary_pair,
    one_hot,
    principal_components,
    scale_images,
    standardize,
    subsample,
)


def component_task(data, *, components, samples, test_samples, seed, pair=None):
    """Leading principal components with rows of length about 1 and a ones column, and targets ±1.

    Parameters
    ----------
    data : dict of str to ndarray
        A prepared data set, ``X, y, X_test, y_test``; images are of type uint8.
    components, samples, test_samples : int
        Largest numbers of components, of training and of test samples.
    seed : int
        Root seed of the draw of samples.
    pair : sequence of two labels, optional
        Classes of a binary task; all classes, each against the rest, where it is left out.

    Returns
    -------
    X, y, X_test, y_test : ndarray, shapes (n, k + 1), (n, c), (m, k + 1), (m, c)
        With c = 1 for a pair.

    Raises
    ------
    ValueError
        If ``pair`` names labels that do not occur, or a number is out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = {"X": rng.random((9, 4)), "y": np.arange(9) % 3, "X_test": rng.random((3, 4)), "y_test": np.arange(3)}
    >>> [part.shape for part in component_task(data, components=2, samples=6, test_samples=3, seed=0)]
    [(6, 3), (6, 3), (3, 3), (3, 3)]
    """
    if pair is not None:
        data = binary_pair(data, pair)
    data = subsample(data, min(samples, len(data["X"])), seed, n_test=min(test_samples, len(data["X_test"])))
    images = data["X"].dtype == np.uint8
    X, X_test = (scale_images if images else standardize)(data["X"], data["X_test"])
    X, X_test = principal_components(X, min(components, *X.shape), X_test)
    size = root_mean_square_norm(X)
    X, X_test = add_bias(X / size, X_test / size)
    if pair is not None:
        return X, data["y"][:, None], X_test, data["y_test"][:, None]
    classes = int(max(data["y"].max(), data["y_test"].max())) + 1
    return X, 2 * one_hot(data["y"], classes) - 1, X_test, 2 * one_hot(data["y_test"], classes) - 1


def root_mean_square_norm(X):
    """Root of the mean squared length of the rows of ``X``, shape (n, d)."""
    return np.sqrt((X**2).sum(axis=1).mean())


def accuracy(prediction, y):
    """Share of samples whose class is predicted: the sign of one column (0 counts as −1), the largest of several."""
    if y.shape[1] == 1:
        return float(((prediction > 0) == (y > 0)).mean())
    return float((prediction.argmax(axis=1) == y.argmax(axis=1)).mean())
