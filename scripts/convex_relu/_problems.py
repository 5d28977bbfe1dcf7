"""What several jobs share: prepared data made small by one recipe, tables of tuned steps, accuracy."""

from itertools import product

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
from convexify.seeds import integer_seed


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
    size = root_mean_square_norm(X)
    X, X_test = add_bias(X / size, X_test / size)
    if pair is not None:
        y, y_test = (data[name][:, None] for name in ("y", "y_test"))
    else:
        classes = int(max(data["y"].max(), data["y_test"].max())) + 1
        y, y_test = (2 * one_hot(data[name], classes) - 1 for name in ("y", "y_test"))
    return X, y, X_test, y_test


def small_problems(data, settings, seed):
    """Draw, name, X, y (n, 1) and β: each data set made small enough to enumerate all patterns, drawn several times."""
    for draw, (dataset, arrays) in product(range(settings.draws), zip(settings.datasets, data, strict=True)):
        X, y, _, _ = problem(
            arrays,
            components=settings.components,
            samples=settings.samples,
            test_samples=1,
            pair=settings.pairs[dataset],
            seed=integer_seed(seed, "convex_relu", dataset, "exact", draw),
        )
        yield draw, dataset, X, y, settings.lam * len(X)


def root_mean_square_norm(X):
    """Root of the mean squared length of the rows."""
    return np.sqrt((X**2).sum(axis=1).mean())


def trials_table(tuning, **case):
    """The trials of a `Tuning`, a row each, with the score over the best one and the edge of the grid that was hit."""
    table = tuning.trials.assign(relative_score=tuning.trials["score"] / tuning.score, edge=tuning.edge or "")
    return table.assign(best=table["step"] == tuning.step, **case)


def iterations_of(epochs, samples, batch):
    """Steps that ``epochs`` passes over the samples take, the last batch of each being smaller."""
    return epochs * int(np.ceil(samples / batch))


def mean_squared_error(prediction, y):
    """Over samples and outputs; the score by which hyper-parameters are chosen on a validation part."""
    return float(((prediction - y) ** 2).mean())


def accuracy(prediction, y):
    """Share of samples whose class is predicted: the sign of one column, the largest of several."""
    if y.shape[1] == 1:
        return float((np.sign(prediction) == y).mean())
    return float((prediction.argmax(axis=1) == y.argmax(axis=1)).mean())
