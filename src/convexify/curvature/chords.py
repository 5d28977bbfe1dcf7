r"""The definition of convexity on pairs of points, for a loss and for the loss with a penalty."""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_number


@dataclass(frozen=True)
class ChordMargins:
    """By how much a function lies below its chords.

    Attributes
    ----------
    loss, penalty : ndarray, shape (k,)
        t f(θ₁) + (1 − t) f(θ₂) − f(tθ₁ + (1 − t)θ₂) of the loss, and of ‖θ‖², which is t(1 − t)‖θ₁ − θ₂‖².
    """

    loss: np.ndarray
    penalty: np.ndarray

    def penalised(self, lam):
        """The same of loss + λ‖θ‖²; a negative entry shows that it is not convex."""
        return self.loss + as_number("lam", lam, minimum=0.0) * self.penalty


def chord_margins(function, first, last, t):
    r"""Margins of convexity of a function and of ‖θ‖² on pairs of points.

    Parameters
    ----------
    function : callable
        A point, shape (p,), to a number.
    first, last : ndarray, shape (k, p)
        Points θ₁ and θ₂.
    t : ndarray, shape (k,)
        In [0, 1].

    Returns
    -------
    ChordMargins

    Examples
    --------
    cos is not convex, cos θ + ½θ² is: its second derivative is 1 − cos θ ≥ 0.

    >>> margins = chord_margins(lambda theta: np.cos(theta[0]), np.array([[-1.0]]), np.array([[1.0]]), np.array([0.5]))
    >>> margins.loss < 0, margins.penalised(0.5) > 0
    (array([ True]), array([ True]))
    """
    between = t[:, None] * first + (1 - t)[:, None] * last
    at_first, at_last, at_between = (np.array([function(p) for p in points]) for points in (first, last, between))
    penalty = t * (1 - t) * ((first - last) ** 2).sum(axis=1)
    return ChordMargins(t * at_first + (1 - t) * at_last - at_between, penalty)
