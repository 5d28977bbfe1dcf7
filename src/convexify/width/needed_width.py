"""The width from which on a criterion holds, read off measurements on a grid of widths."""

import numpy as np

from convexify.checks import as_number, as_vector


def crossing_width(widths, values, threshold):
    """Width above which values stay at or over a threshold, interpolated linearly against the logarithm of the width.

    Parameters
    ----------
    widths : array_like, shape (k,)
        Increasing and positive.
    values : array_like, shape (k,)
        NaN counts as below; nothing is interpolated beside it.
    threshold : float

    Returns
    -------
    float
        The smallest width if no value is below; NaN if the last one is; the next width of the grid if the last value
        below is NaN.

    Raises
    ------
    ValueError
        If lengths differ, or the widths are not increasing and positive.

    Examples
    --------
    >>> round(crossing_width([1, 4, 16], [0.0, 0.4, 0.6], threshold=0.5), 6)
    8.0
    """
    widths, values = _grid(widths, values)
    threshold = as_number("threshold", threshold)
    below = np.flatnonzero(~(values >= threshold))
    if not below.size:
        return float(widths[0])
    if below[-1] == widths.size - 1:
        return np.nan
    left, right = np.log(widths[below[-1] : below[-1] + 2])
    low, high = values[below[-1] : below[-1] + 2]
    if np.isnan(low):
        return float(widths[below[-1] + 1])
    return float(np.exp(left + (right - left) * (threshold - low) / (high - low)))


def first_success_width(widths, shares, at_least=0.5):
    """Smallest width of the grid from which on a share of the runs succeeds; NaN if at the largest it does not.

    Parameters
    ----------
    widths : array_like, shape (k,)
        Increasing and positive.
    shares : array_like, shape (k,)
        Share of the runs that succeed at each width.
    at_least : float
        The share that is asked for.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `crossing_width`.

    Examples
    --------
    >>> first_success_width([1, 4, 16, 64], [0.7, 0.2, 0.5, 1.0])
    16.0
    """
    widths, shares = _grid(widths, shares)
    failed = np.flatnonzero(~(shares >= as_number("at_least", at_least)))
    start = failed[-1] + 1 if failed.size else 0
    return float(widths[start]) if start < widths.size else np.nan


def _grid(widths, values):
    widths = as_vector("widths", widths)
    if not (widths > 0).all() or not (np.diff(widths) > 0).all():
        raise ValueError(f"widths: expected increasing positive numbers, got {widths}")
    values = np.asarray(values, dtype=np.float64)
    if values.shape != widths.shape:
        raise ValueError(f"values: expected {widths.size} entries as in widths, got shape {values.shape}")
    return widths, values
