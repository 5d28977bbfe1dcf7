"""Interval arithmetic on arrays: every result encloses every value that its operands may take, rounding included.

Only what the Hessian of a small network needs. Each operation widens its result outwards by units in the last place:
one for the exactly rounded operations of IEEE 754, a few for library functions.
"""

import numpy as np

# NumPy's tanh and exp are accurate to less than this many units in the last place.
_LIBRARY_ULPS = 4


class Interval:
    """Arrays of lower and upper ends.

    Parameters
    ----------
    lower, upper : array_like
        Ends of equal shape, ``lower <= upper``.
    """

    __array_ufunc__ = None  # an ndarray on the left leaves the operation to this class

    def __init__(self, lower, upper=None):
        self.lower = np.asarray(lower, dtype=np.float64)
        self.upper = self.lower if upper is None else np.asarray(upper, dtype=np.float64)

    def __add__(self, other):
        other = _interval(other)
        return _outwards(self.lower + other.lower, self.upper + other.upper)

    def __neg__(self):
        return Interval(-self.upper, -self.lower)

    def __sub__(self, other):
        return self + (-_interval(other))

    def __mul__(self, other):
        other = _interval(other)
        products = (
            self.lower * other.lower,
            self.lower * other.upper,
            self.upper * other.lower,
            self.upper * other.upper,
        )
        return _outwards(np.minimum.reduce(products), np.maximum.reduce(products))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return -self + other

    def __getitem__(self, key):
        return Interval(self.lower[key], self.upper[key])

    @property
    def shape(self):
        return self.lower.shape

    def square(self):
        """Squares; tighter than the product with itself, which forgets that both factors are equal."""
        ends = self.lower**2, self.upper**2
        straddles = (self.lower < 0) & (self.upper > 0)
        return _outwards(np.where(straddles, 0.0, np.minimum(*ends)), np.maximum(*ends)).at_least(0.0)

    def sum(self, axis):
        """Sum along an axis; n additions err by at most n units in the last place of the sum of moduli."""
        count = self.lower.shape[axis]
        slack = count * np.finfo(np.float64).eps * np.maximum(abs(self.lower), abs(self.upper)).sum(axis=axis)
        return Interval(self.lower.sum(axis=axis) - slack, self.upper.sum(axis=axis) + slack)

    def at_least(self, value):
        """Intersection with [value, ∞), for results that are known to lie there."""
        return Interval(np.maximum(self.lower, value), np.maximum(self.upper, value))

    def clip(self, lower, upper):
        """Intersection with [lower, upper], for results that are known to lie there."""
        return Interval(np.clip(self.lower, lower, upper), np.clip(self.upper, lower, upper))


def increasing(function, x, *, ulps=_LIBRARY_ULPS):
    """Image of an interval under a non-decreasing library function."""
    return _outwards(function(x.lower), function(x.upper), ulps)


def rounded(value):
    """Interval around a number that was rounded once."""
    return _outwards(np.asarray(value, dtype=np.float64), np.asarray(value, dtype=np.float64))


def hull(*intervals):
    """Smallest interval that holds all of them."""
    return Interval(
        np.minimum.reduce([part.lower for part in intervals]), np.maximum.reduce([part.upper for part in intervals])
    )


def dot(matrix, vectors):
    """Sum over the last axis of an ordinary array times intervals."""
    return (vectors * matrix).sum(axis=-1)


def gram_enclosure(jacobian):
    """Σ_i J_i J_iᵀ with squares on the diagonal."""
    product = (jacobian[:, :, :, None] * jacobian[:, :, None, :]).sum(axis=1)
    squares = jacobian.square().sum(axis=1)
    diagonal = np.arange(jacobian.shape[2])
    product.lower[:, diagonal, diagonal] = squares.lower
    product.upper[:, diagonal, diagonal] = squares.upper
    return product


def _interval(value):
    return value if isinstance(value, Interval) else Interval(value)


def _outwards(lower, upper, ulps=1):
    return Interval(lower - ulps * np.spacing(abs(lower)), upper + ulps * np.spacing(abs(upper)))
