"""What the records of a descent say: when it arrived, and how long it hung near a saddle."""

import numpy as np


def first_at_or_below(iterations, values, target):
    """Iteration of the first record at or below ``target``; NaN if none is.

    Parameters
    ----------
    iterations, values : array_like, shape (k,)
    target : float

    Returns
    -------
    float

    Examples
    --------
    >>> first_at_or_below([0, 10, 20], [1.0, 0.1, 0.01], 0.5)
    10.0
    """
    reached = np.flatnonzero(np.asarray(values) <= target)
    return float(iterations[reached[0]]) if reached.size else float("nan")


def longest_plateau(iterations, gaps, *, above=1e-3, factor=0.99, per=100):
    """Longest stretch of iterations in which a gap that is still large hardly falls: a saddle passed closely.

    Parameters
    ----------
    iterations, gaps : array_like, shape (k,)
        Records of a descent.
    above : float
        Gaps at or below this do not count, so that the slow end of a descent is no plateau.
    factor, per : float
        A piece between two records is flat if the gap keeps more than ``factor`` of itself per ``per`` iterations.

    Returns
    -------
    length : int
        Number of iterations; 0 if there is no flat piece.
    middle : int
        Index of the record in its middle; 0 if there is none.

    Examples
    --------
    >>> longest_plateau([0, 100, 200, 300], [1.0, 0.5, 0.4999, 0.4998])
    (200, 2)
    """
    iterations, gaps = np.asarray(iterations), np.asarray(gaps, dtype=float)
    longest, start = (0, 0), 0
    for k, (length, before, after) in enumerate(zip(np.diff(iterations), gaps[:-1], gaps[1:], strict=True)):
        flat = np.isfinite(after) and after > above and after > before * factor ** (length / per)
        if not flat:
            start = k + 1
        elif iterations[k + 1] - iterations[start] > longest[0]:
            longest = int(iterations[k + 1] - iterations[start]), (start + k + 1) // 2
    return longest
