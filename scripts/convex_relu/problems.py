"""The problems of the experiment: prepared data made small, one recipe for every part."""

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


def problem(data, *, components, samples, test_samples, seed, pair=None):
    """Arrays X, y, X_test, y_test: leading principal components with rows of length about 1, and a ones column.

    Targets are ±1: (n, 1) for a ``pair`` of labels, otherwise (n, c), each class against the rest.
    """
    if pair is not None:
        data = binary_pair(data, pair)
    data = subsample(data, min(samples, len(data["X"])), seed, n_test=min(test_samples, len(data["X_test"])))
    images = data["X"].dtype == np.uint8
    X, X_test = (scale_images if images else standardize)(data["X"], data["X_test"])
    components = min(components, *X.shape)
    X, X_test = principal_components(X, components, X_test)
    size = np.sqrt((X**2).sum(axis=1).mean())
    X, X_test = add_bias(X / size, X_test / size)
    if pair is not None:
        y, y_test = (data[name][:, None] for name in ("y", "y_test"))
    else:
        classes = int(max(data["y"].max(), data["y_test"].max())) + 1
        y, y_test = (2 * one_hot(data[name], classes) - 1 for name in ("y", "y_test"))
    return X, y, X_test, y_test


def accuracy(prediction, y):
    """Share of samples whose class is predicted: the sign of one column, the largest of several."""
    if y.shape[1] == 1:
        return float((np.sign(prediction) == y).mean())
    return float((prediction.argmax(axis=1) == y.argmax(axis=1)).mean())
