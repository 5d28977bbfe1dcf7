"""At which iterations of a long run something is recorded."""

import numpy as np

from convexify.checks import as_integer


def geometric_iterations(last, points):
    """0, and whole numbers from 1 to ``last`` that lie as on a geometric grid.

    Parameters
    ----------
    last : int
        Largest iteration, at least 1.
    points : int
        Length of the grid before it is rounded; numbers that round to the same one are kept once.

    Returns
    -------
    list of int
        Increasing, from 0 to ``last``.

    Raises
    ------
    ValueError
        If an argument is not an integer, ``last`` is below 1 or ``points`` below 2.

    Examples
    --------
    >>> geometric_iterations(1000, 4)
    [0, 1, 10, 100, 1000]
    """
    last, points = as_integer("last", last, minimum=1), as_integer("points", points, minimum=2)
    return [0, *np.unique(np.round(np.geomspace(1, last, points)).astype(int)).tolist()]
