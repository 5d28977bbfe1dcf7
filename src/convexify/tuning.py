"""One rule for the steps of every descent baseline: the same number of trials, on a grid that grows past its edges."""

import math
from dataclasses import dataclass

import pandas as pd

from convexify.checks import as_integer, as_number


@dataclass(frozen=True)
class Tuning:
    """What `tune_step` found.

    Attributes
    ----------
    step : float
        The best step tried.
    score : float
        Its score; NaN if every trial diverged.
    trials : pandas.DataFrame
        Columns ``step, score, diverged``, sorted by step: the sensitivity that was tuned away.
    edge : {None, "smallest", "largest"}
        Where the best step lies at an end of the grid after the last trial: a smaller or larger one may be better.
    """

    step: float
    score: float
    trials: pd.DataFrame
    edge: str | None

    @property
    def diverged(self):
        """Number of trials that diverged."""
        return int(self.trials["diverged"].sum())


def tune_step(run, *, start, trials, factor=10**0.5, first=3):
    r"""Choose a step by its score: a logarithmic grid that grows while its best point lies on an edge, then gets finer.

    Parameters
    ----------
    run : callable
        Step to score, the smaller the better: the training objective or the loss on a validation part, never test data.
        Infinity or NaN says that the run diverged.
    start : float
        Middle of the first grid.
    trials : int
        Number of runs in all, the same for every method that is compared.
    factor : float
        Ratio of neighbouring steps of the first grid.
    first : int
        Points of the first grid, odd.

    Returns
    -------
    Tuning

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    While the best step is the smallest or the largest one, the next trial lies ``factor`` beyond it; otherwise at the
    geometric mean of the best step and that neighbour whose interval is wider on the logarithmic axis, the better one
    where both are equally wide. Ties go to the smaller step.

    Examples
    --------
    >>> found = tune_step(lambda step: (math.log10(step) - 1) ** 2, start=0.1, trials=9)
    >>> found.edge is None, abs(math.log10(found.step) - 1) < 0.1
    (True, True)
    """
    start, factor = as_number("start", start, above=0), as_number("factor", factor, above=1)
    trials, first = as_integer("trials", trials, minimum=3), as_integer("first", first, minimum=1)
    if first % 2 == 0 or first > trials:
        raise ValueError(f"first: expected an odd number of at most {trials} trials, got {first}")
    scores = {}
    for power in range(-(first // 2), first // 2 + 1):
        scores[start * factor**power] = _score(run, start * factor**power)
    while len(scores) < trials:
        step = _next(scores, factor)
        scores[step] = _score(run, step)
    best, edge = _best(scores)
    table = pd.DataFrame({"step": sorted(scores), "score": [scores[step] for step in sorted(scores)]})
    table["diverged"] = ~table["score"].map(math.isfinite)
    score = scores[best] if math.isfinite(scores[best]) else math.nan
    return Tuning(best, score, table, edge)


def _score(run, step):
    score = float(run(step))
    return math.inf if math.isnan(score) else score


def _best(scores):
    """Best step and the edge that it lies on. Where all diverged, the smallest: only smaller ones can do better."""
    steps = sorted(scores)
    best = min(steps, key=lambda step: scores[step])
    edge = {steps[-1]: "largest", steps[0]: "smallest"}.get(best)
    return best, edge


def _next(scores, factor):
    steps = sorted(scores)
    best, edge = _best(scores)
    if edge:
        return best / factor if edge == "smallest" else best * factor
    place = steps.index(best)
    widths = {side: abs(math.log(steps[place + side] / best)) for side in (-1, 1)}
    # Ratios that differ by rounding only are equally wide.
    equal = math.isclose(widths[-1], widths[1], rel_tol=1e-9)
    side = min((-1, 1), key=lambda s: scores[steps[place + s]] if equal else -widths[s])
    return math.sqrt(best * steps[place + side])
