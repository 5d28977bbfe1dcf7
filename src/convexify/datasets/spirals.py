"""Two interleaved spirals in the plane: a classification task that no line separates."""

import numpy as np

from convexify.checks import as_integer, as_number


def two_spirals(generator, samples, *, turns, noise):
    """Points of two spirals, one turned by half a revolution against the other, with a ones column.

    Parameters
    ----------
    generator : numpy.random.Generator
    samples : int
        n, at least 2; the first half belongs to the first spiral.
    turns : float
        Revolutions of each spiral.
    noise : float
        Standard deviation of the Gaussian noise on both coordinates; radii end at 1.

    Returns
    -------
    X : ndarray, shape (n, 3)
    y : ndarray, shape (n,)
        ±1.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> X, y = two_spirals(np.random.default_rng(0), 6, turns=1.0, noise=0.0)
    >>> y.tolist(), bool(np.hypot(X[:, 0], X[:, 1]).max() <= 1)
    ([1.0, 1.0, 1.0, -1.0, -1.0, -1.0], True)
    """
    samples = as_integer("samples", samples, minimum=2)
    turns, noise = as_number("turns", turns, above=0), as_number("noise", noise, minimum=0)
    y = np.where(np.arange(samples) < samples // 2, 1.0, -1.0)
    radius = np.sqrt(generator.uniform(0.05, 1.0, samples))  # even along the spiral rather than dense at its centre
    angle = 2 * np.pi * turns * radius + np.where(y > 0, 0.0, np.pi)
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    points += noise * generator.standard_normal((samples, 2))
    return np.column_stack([points, np.ones(samples)]), y
