"""Lower convex hull of points in the plane: how a loss falls with the penalty when atoms are mixed."""

import numpy as np


def lower_hull(penalties, costs):
    """Indices of the decreasing part of the lower convex hull of the points (penalty, cost), by penalty.

    Parameters
    ----------
    penalties, costs : ndarray, shape (m,)

    Returns
    -------
    ndarray of int
        From the smallest penalty (at its least cost) to the least cost (at its smallest penalty).
    """
    hull = []
    for point in np.lexsort((costs, penalties)):
        if hull and costs[point] >= costs[hull[-1]]:
            continue
        while len(hull) >= 2 and _turns_right(penalties, costs, hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return np.array(hull)


def _turns_right(x, y, first, middle, last):
    return (y[middle] - y[first]) * (x[last] - x[first]) >= (y[last] - y[first]) * (x[middle] - x[first])
