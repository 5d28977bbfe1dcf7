"""Metrics that say how far they may move: exact numbers, estimates with an interval, bounds.

``scripts/<id>/metrics.py`` names the kind of every number and, for an estimate, the independent unit of repetition
(seed, trial, start, draw of samples: never correlated rows). `table_of` turns them into ``metrics.csv``; the ledger
and ``snakemake verify`` read nothing else.

- `exact`: a closed form, a count, a certified optimum: the same for every root seed and machine up to a tolerance.
- `mean`, `median`, `share`, `difference`, `ratio`, `resampled`: estimates with a 95 % interval.
- `bound`: a worst case or a "never"; only its inequality counts, never its digits.
- `not_reached`: what was looked for did not happen in any of n runs; a number that is missing for a reason.
- `step_at_edge`: the best step of a descent lies on the edge of its grid; no number, for another reason.

Example
-------
>>> table = table_of("study", {"gap": exact(0.25, tolerance=1e-9), "share": share(8, 10, unit="start")})
>>> table.round(2).values.tolist()
[['gap', 'exact', 0.25, 0.25, 0.25, 1, 'none'], ['share', 'estimate', 0.8, 0.49, 0.94, 10, 'start']]
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Every figure and every table of metrics imports this module: scipy.stats, half a second, comes where it is needed.

COLUMNS = ["metric", "kind", "value", "low", "high", "n", "unit"]
KINDS = ("exact", "estimate", "bound", "not reached", "step at the edge")
#: Kinds whose value is NaN, for a reason.
WITHOUT_NUMBER = ("not reached", "step at the edge")
LEVEL = 0.95
#: From this number of units on a bootstrap is used; below it a Student interval (of the jackknife for a statistic that
#: is no mean): a bootstrap over few units is too short.
BOOTSTRAP_FROM = 20
FEWEST = 3
RESAMPLES = 2000


@dataclass(frozen=True)
class Metric:
    """A number with its kind; ``low, high``: the tolerance of an exact one, the 95 % interval of an estimate."""

    kind: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 1
    unit: str = "none"


def exact(value, *, tolerance):
    """A number that no root seed and no machine changes by more than ``tolerance`` (absolute; 0 for a count).

    Parameters
    ----------
    value : float
    tolerance : float
        From the arithmetic (rounding of the sums behind it) or from a certified gap.

    Returns
    -------
    Metric
    """
    value, tolerance = _finite(value), _finite(tolerance)
    if tolerance < 0:
        raise ValueError(f"tolerance: expected at least 0, got {tolerance}")
    return Metric("exact", value, value - tolerance, value + tolerance)


def bound(value):
    """A worst case, or how often what must never happen did: claims test its inequality, nothing its digits."""
    return Metric("bound", _finite(value))


def not_reached(n, *, unit):
    """None of ``n`` runs got to where the number would have been read off."""
    if n < 1:
        raise ValueError(f"n: expected at least one run, got {n}")
    return Metric("not reached", math.nan, n=int(n), unit=unit)


def step_at_edge(n, *, unit):
    """In ``n`` tunings the best step tried was the smallest or the largest: what is compared with it is not tested."""
    if n < 1:
        raise ValueError(f"n: expected at least one tuning, got {n}")
    return Metric("step at the edge", math.nan, n=int(n), unit=unit)


def mean(values, *, unit):
    """Mean over independent units: Student interval for fewer than 20, bootstrap (BCa) from there on.

    Parameters
    ----------
    values : array_like, shape (n,)
        One finite number for each unit, n ≥ 3.
    unit : str
        What is repeated: "seed", "trial", "start", "draw", …
    """
    values = _units(values)
    if values.size >= BOOTSTRAP_FROM:
        return _estimate(values.mean(), *_bootstrap(values, np.mean, vectorized=True), values.size, unit)
    return _estimate(values.mean(), *_student(values), values.size, unit)


def median(values, *, unit):
    """Median over independent units with the distribution-free interval between order statistics; n ≥ 6.

    Raises
    ------
    ValueError
        For fewer than 6 units: no two of them enclose the median with probability 0.95. Take the mean.
    """
    values = _units(values)
    if values.size < 6:
        raise ValueError(f"values: expected at least 6 for the interval of a median, got {values.size}: take the mean")
    if np.ptp(values) == 0:
        return _estimate(values[0], values[0], values[0], values.size, unit)
    from scipy import stats

    interval = stats.quantile_test(values, q=np.median(values), p=0.5).confidence_interval(LEVEL)
    return _estimate(np.median(values), interval.low, interval.high, values.size, unit)


def share(successes, trials, *, unit):
    r"""Share of independent trials that succeed, with Wilson's interval.

    With :math:`z` the normal quantile of the level, the roots :math:`p` of
    :math:`(\hat p-p)^2=z^2p(1-p)/n` (Newcombe 1998).
    """
    successes, trials = int(successes), int(trials)
    if trials < FEWEST or not 0 <= successes <= trials:
        raise ValueError(f"successes, trials: expected 0 ≤ successes ≤ trials and at least {FEWEST} trials, "
                         f"got {successes} of {trials}")  # fmt: skip
    from scipy.special import ndtri

    p, z = successes / trials, ndtri(0.5 + 0.5 * LEVEL)
    denominator = 2 * (trials + z**2)
    centre = (2 * trials * p + z**2) / denominator
    half = z / denominator * math.sqrt(4 * trials * p * (1 - p) + z**2)
    low, high = 0.0 if successes == 0 else centre - half, 1.0 if successes == trials else centre + half
    return _estimate(p, low, high, trials, unit)


def difference(first, second, *, unit):
    """Mean of ``first − second`` over units in which both were measured on the same instance."""
    first, second = _pairs(first, second)
    return mean(first - second, unit=unit)


def ratio(first, second, *, unit):
    """Geometric mean of ``first / second`` over units with both measured on the same instance; both positive."""
    first, second = _pairs(first, second)
    if (first <= 0).any() or (second <= 0).any():
        raise ValueError("first, second: expected positive numbers for a ratio")
    logarithm = mean(np.log(first) - np.log(second), unit=unit)
    return _estimate(*(math.exp(x) for x in (logarithm.value, logarithm.low, logarithm.high)), logarithm.n, unit)


def resampled(table, statistic, *, by, unit=None):
    """Any statistic of a table whose rows belong to independent units: a slope, a quotient of means.

    Parameters
    ----------
    table : pandas.DataFrame
    statistic : callable
        Table to number; called with the rows of resampled units (BCa bootstrap, from 20 units on) or with one unit left
        out (jackknife with a Student interval).
    by : str or list of str
        Columns that name a unit. All rows of a unit are kept or left out together.
    unit : str, optional
        What a unit is called; by default the (last) column.
    """
    columns = [by] if isinstance(by, str) else list(by)
    parts = [part for _, part in table.groupby(columns, sort=True)]
    n, unit = len(parts), unit or columns[-1]
    if n < FEWEST:
        raise ValueError(f"table: expected at least {FEWEST} units ({unit}), got {n}")

    def at(index):
        return _finite(statistic(pd.concat([parts[i] for i in index])))

    everything = np.arange(n)
    value = at(everything)
    if n >= BOOTSTRAP_FROM:
        return _estimate(value, *_bootstrap(everything, at), n, unit)
    left_out = np.array([at(np.delete(everything, i)) for i in everything])
    pseudo = n * value - (n - 1) * left_out
    low, high = _student(pseudo)
    return _estimate(value, value + low - pseudo.mean(), value + high - pseudo.mean(), n, unit)


def table_of(experiment, metrics):
    """The content of ``metrics.csv``.

    Parameters
    ----------
    experiment : str
        Id, for error messages.
    metrics : dict of str to Metric
        Or to a function without arguments that returns one, so that what it raises is told with the metric's name.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`.

    Raises
    ------
    ValueError
        Naming experiment and metric: a number without a kind, NaN or infinity, fewer than 3 units.
    """
    rows = []
    for name, metric in metrics.items():
        try:
            metric = metric() if callable(metric) else metric
        except ValueError as error:
            raise ValueError(f"{experiment}: metric {name}: {error}") from error
        if not isinstance(metric, Metric):
            raise ValueError(
                f"{experiment}: metric {name}: expected a kind (exact, mean, median, share, difference, ratio, "
                f"resampled, bound, not_reached, step_at_edge), got {metric!r}"
            )
        rows.append((name, metric.kind, metric.value, metric.low, metric.high, metric.n, metric.unit))
    return pd.DataFrame(rows, columns=COLUMNS)


def _estimate(value, low, high, n, unit):
    # Rounding may put an end of a narrow interval on the wrong side of the value.
    return Metric("estimate", float(value), min(float(low), float(value)), max(float(high), float(value)), int(n), unit)


def _student(values):
    """Student interval of a mean."""
    from scipy.special import stdtrit

    half = stdtrit(values.size - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / math.sqrt(values.size)
    return values.mean() - half, values.mean() + half


def _bootstrap(values, statistic, vectorized=False):
    if np.ptp(values) == 0:
        return statistic(values), statistic(values)
    from scipy import stats

    options = {"n_resamples": RESAMPLES, "confidence_level": LEVEL, "method": "BCa", "rng": 0}
    with np.errstate(invalid="ignore", divide="ignore"):
        result = stats.bootstrap((values,), statistic, vectorized=vectorized, **options)
    low, high = result.confidence_interval
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    # BCa has no answer where leaving one unit out never changes the statistic: the percentiles have.
    return tuple(np.quantile(result.bootstrap_distribution, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))


def _units(values):
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or values.size < FEWEST:
        raise ValueError(f"values: expected one number for each of at least {FEWEST} units, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"values: expected finite numbers, got {int((~np.isfinite(values)).sum())} NaN or infinite "
                         f"of {values.size} (count them, or say not_reached)")  # fmt: skip
    return values


def _pairs(first, second):
    first, second = _units(first), _units(second)
    if first.size != second.size:
        raise ValueError(f"first, second: expected the same units, got {first.size} and {second.size}")
    return first, second


def _finite(value):
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number, got {value} (count it, or say not_reached)")
    return value
