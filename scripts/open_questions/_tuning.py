"""Choice of one setting for several data sets at once: trials of all of them run side by side."""

import math

import numpy as np
import pandas as pd

from convexify.tuning import Tuning, tune_step


def tune_together(losses, names, *, start, trials, first, factor, zero=False):
    """`tune_step` for each data set, the first grid of all of them in one call.

    Parameters
    ----------
    losses : callable
        List of (name, value) to a list of validation losses, in that order; infinite where a run diverged.
    names : sequence of str
        Data sets.
    start : float
        Middle of the first grid.
    trials, first : int
    factor : float
        See `convexify.tuning.tune_step`.
    zero : bool
        The value 0 is one of the trials as well, and is taken if it is the best. Since nothing is smaller, the smallest
        value of the grid is no edge then: it is enclosed by its neighbour and 0.

    Returns
    -------
    dict of str to convexify.tuning.Tuning
    """
    known = {}

    def look_up(name, value):
        if (name, value) not in known:
            known[name, value] = losses([(name, value)])[0]
        return known[name, value]

    # What `tune_step` asks for first, recorded without running anything.
    grid = []
    tune_step(lambda value: grid.append(value) or 0.0, start=start, trials=first, first=first, factor=factor)
    pairs = [(name, value) for name in names for value in (*[0.0] * zero, *grid)]
    known.update(zip(pairs, losses(pairs), strict=True))
    options = {"start": start, "trials": trials - zero, "first": first, "factor": factor}
    found = {name: tune_step(lambda value, name=name: look_up(name, value), **options) for name in names}
    return {name: _enclosed(found[name], known[name, 0.0]) for name in names} if zero else found


def _enclosed(found, score):
    """The tuning with the trial of the value 0."""
    row = pd.DataFrame({"step": [0.0], "score": [score], "diverged": [not math.isfinite(score)]})
    trials = pd.concat([row, found.trials], ignore_index=True)
    if score < found.score:
        return Tuning(0.0, score, trials, None)
    return Tuning(found.step, found.score, trials, None if found.edge == "smallest" else found.edge)


def tuning_rows(tunings, **key):
    """Every trial of every data set."""
    parts = [
        found.trials.rename(columns={"step": "value", "score": "validation_loss"}).assign(
            dataset=name, chosen=found.trials["step"] == found.step, edge=found.edge or ""
        )
        for name, found in tunings.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(**key)


def half_mean_square(outputs, y):
    """½ mean (f − y)² along the last axis, infinite where an output is not finite."""
    loss = 0.5 * ((outputs - y) ** 2).mean(axis=-1)
    return np.where(np.isfinite(loss), loss, np.inf)


def error(outputs, y):
    """Share of labels ±1 that the sign misses, along the last axis; 0 counts as −1."""
    return ((outputs > 0) != (y > 0)).mean(axis=-1)
