"""What several jobs share: small problems, tables of tuned steps, the score on a validation part."""

from itertools import product

import numpy as np

from convexify.datasets.tasks import component_task
from convexify.seeds import integer_seed
from convexify_workflow.blocks import Share


def small_problems(data, settings, seed):
    """Draw, name, X, y (n, 1) and β: each data set made small enough to enumerate all patterns, drawn several times."""
    for draw, (dataset, arrays) in product(Share(settings).draws, zip(settings.datasets, data, strict=True)):
        X, y, _, _ = component_task(
            arrays,
            components=settings.components,
            samples=settings.samples,
            test_samples=1,
            pair=settings.pairs[dataset],
            seed=integer_seed(seed, "convex_relu", dataset, "exact", draw),
        )
        yield draw, dataset, X, y, settings.lam * len(X)


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
