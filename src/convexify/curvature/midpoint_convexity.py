"""Violations of convexity that a grid of values shows: on a chord, on a plane, and by second differences."""

import dataclasses

import numpy as np

from convexify.checks import as_matrix, as_number, as_vector


@dataclasses.dataclass(frozen=True)
class Violation:
    """Largest midpoint violation of convexity among values on a uniform grid.

    Attributes
    ----------
    absolute : float
        Largest f((a + b)/2) − (f(a) + f(b))/2 over pairs with a midpoint on the grid; at least 0, since a = b counts.
    relative : float
        ``absolute`` over the range (largest minus smallest value); 0 for a constant function, at most 1.
    midpoint : tuple of int
        Index of the midpoint at which it is attained.
    offset : tuple of int
        Steps from the midpoint to either end of the chord.
    """

    absolute: float
    relative: float
    midpoint: tuple
    offset: tuple


def chord_violation(values):
    """Largest midpoint violation along one chord.

    Parameters
    ----------
    values : array_like, shape (k,)
        Function values at equally spaced points of the chord.

    Returns
    -------
    Violation

    Raises
    ------
    ValueError
        If ``values`` is not a vector of at least three finite numbers.
    """
    values = as_vector("values", values)
    if values.size < 3:
        raise ValueError(f"values: expected at least 3 points of a chord, got {values.size}")
    found = plane_violation(values[None, :])
    return dataclasses.replace(found, midpoint=found.midpoint[1:], offset=found.offset[1:])


def plane_violation(values, *, ceiling=None):
    r"""Largest midpoint violation over every chord of a plane whose ends and midpoint lie on the grid.

    Parameters
    ----------
    values : array_like, shape (p, q)
        Function values on a uniform grid, rows one coordinate, columns the other.
    ceiling : float, optional
        Count only chords with both ends at or below this value. A sublevel set of a convex function is convex, so that
        what remains still disproves convexity, and high corners of a plane cannot dominate it.

    Returns
    -------
    Violation

    Raises
    ------
    ValueError
        If ``values`` is not a matrix of finite numbers or ``ceiling`` not a number.

    Notes
    -----
    :math:`\max_{c,\,\delta} f(c) - \tfrac12\big(f(c+\delta) + f(c-\delta)\big)` over all grid points c and offsets δ:
    a convex function has 0 (Jensen), and 0 on the grid means that no midpoint of the grid disproves convexity.
    """
    values = as_matrix("values", values)
    ceiling = np.inf if ceiling is None else as_number("ceiling", ceiling)
    p, q = values.shape
    best, midpoint, offset = 0.0, (0, 0), (0, 0)
    for down in range((p - 1) // 2 + 1):
        # Opposite offsets describe the same chord.
        for across in range(-((q - 1) // 2) if down else 1, (q - 1) // 2 + 1):
            side = abs(across)
            centre = values[down : p - down, side : q - side]
            ends = values[2 * down :, side + across : q - side + across]
            starts = values[: p - 2 * down, side - across : q - side - across]
            excess = np.where(np.maximum(ends, starts) <= ceiling, centre - (ends + starts) / 2, -np.inf)
            if excess.max() > best:
                best = float(excess.max())
                row, column = np.unravel_index(excess.argmax(), excess.shape)
                midpoint, offset = (int(row) + down, int(column) + side), (down, across)
    spread = float(values.max() - values.min())
    return Violation(best, best / spread if spread > 0 else 0.0, midpoint, offset)


def negative_share_of_plane(values, *, tolerance=0.1):
    r"""Share of interior grid points at which the second differences have a negative eigenvalue.

    Parameters
    ----------
    values : array_like, shape (p, q)
        Function values on a uniform grid of the unit square, p, q ≥ 3.
    tolerance : float
        An eigenvalue counts as negative below −tolerance times the range of the values. The paraboloid that falls from
        the centre of the square to the corners through the whole range has −4.

    Returns
    -------
    float
        Between 0 (no point of the grid is seen to be non-convex) and 1.

    Raises
    ------
    ValueError
        If the grid has fewer than three points a side, an entry is not finite or the tolerance is negative.

    Notes
    -----
    The 2 × 2 matrix of central second differences over squared spacings, so that finer grids approach a limit. Unlike
    the Hessian at a point, it sees kinks: a piecewise linear loss has curvature only there.
    """
    values = as_matrix("values", values)
    tolerance = as_number("tolerance", tolerance, minimum=0)
    if min(values.shape) < 3:
        raise ValueError(f"values: expected at least 3 grid points a side, got shape {values.shape}")
    centre = values[1:-1, 1:-1]
    rows, columns = (side - 1 for side in values.shape)
    down = (values[2:, 1:-1] - 2 * centre + values[:-2, 1:-1]) * rows**2
    across = (values[1:-1, 2:] - 2 * centre + values[1:-1, :-2]) * columns**2
    mixed = (values[2:, 2:] - values[2:, :-2] - values[:-2, 2:] + values[:-2, :-2]) * rows * columns / 4
    smallest = (down + across) / 2 - np.hypot((down - across) / 2, mixed)
    return float((smallest < -tolerance * (values.max() - values.min())).mean())
