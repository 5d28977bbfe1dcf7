"""When two minima, or two neurons, are the same: relative to the largest parameter."""

import numpy as np

from convexify.curvature.penalties import distinct_rows

#: How precisely the searches find a minimiser; closer points cannot be told apart.
ACCURACY = 1e-9


def distinct(rows, same, scale=None):
    """Number of rows that differ by more than ``same`` times the scale, by default their largest entry."""
    rows = np.asarray(rows, dtype=float)
    if rows.size == 0:
        return 0
    largest = abs(rows).max() if scale is None else scale
    return distinct_rows(rows, max(same * largest, ACCURACY))
