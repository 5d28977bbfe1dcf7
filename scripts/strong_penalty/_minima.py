"""When two minima, or two neurons, are the same, and when a parameter is zero: relative to the largest parameter."""

import numpy as np

from convexify.curvature.penalties import distinct_rows

#: How precisely the searches find a minimiser; closer points cannot be told apart.
ACCURACY = 1e-9
#: A parameter below this share of the largest one is zero.
ZERO = 1e-6


def distinct(rows, same, scale=None):
    """Number of rows that differ by more than ``same`` times the scale, by default their largest entry."""
    rows = np.asarray(rows, dtype=float)
    if rows.size == 0:
        return 0
    largest = abs(rows).max() if scale is None else scale
    return distinct_rows(rows, max(same * largest, ACCURACY))


def zero_share(theta):
    """Share of the parameters that are zero."""
    return float((abs(theta) <= ZERO * abs(theta).max()).mean())


def hidden_spread(loss, theta):
    """Largest range, over the samples, of what a neuron adds to the output."""
    return float(np.ptp(loss.hidden_outputs(theta), axis=0).max())
