"""Activations of shallow networks: values and slopes on arrays; values, slopes and curvatures on intervals."""

import numpy as np
import torch
from scipy.special import expit

from convexify.curvature.interval import Interval, hull, increasing

TORCH_ACTIVATIONS = {
    "tanh": torch.tanh,
    "softplus": torch.nn.functional.softplus,
    "relu": torch.relu,
    "linear": lambda z: z,
}
ACTIVATIONS = tuple(TORCH_ACTIVATIONS)
_TANH_EXTREME = 1 / np.sqrt(3)  # |σ''| of tanh is largest where tanh z = ±1/√3


def activate(activation, z):
    """σ(z) and σ′(z)."""
    match activation:
        case "tanh":
            value = np.tanh(z)
            return value, 1 - value**2
        case "softplus":
            return np.logaddexp(0, z), expit(z)
        case "relu":
            return np.maximum(z, 0), (z > 0).astype(float)
    return z, np.ones_like(z)


def enclose_activation(activation, z):
    """Enclosures of σ, σ′ and σ″ on intervals of z."""
    if activation == "linear":
        return z, Interval(np.ones(z.shape)), Interval(np.zeros(z.shape))
    if activation == "tanh":
        value = increasing(np.tanh, z).clip(-1, 1)
        slope = (1 - value.square()).clip(0, 1)
        bends = [-2 * Interval(end) * (1 - Interval(end).square()) for end in (value.lower, value.upper)]
        extremes = [(value, at, -2 * at * (1 - at**2)) for at in (_TANH_EXTREME, -_TANH_EXTREME)]
    else:
        value = increasing(lambda end: np.logaddexp(0, end), z).at_least(0)
        slope = increasing(expit, z).clip(0, 1)
        bends = [Interval(end) * (1 - Interval(end)) for end in (slope.lower, slope.upper)]
        extremes = [(slope, 0.5, 0.25)]
    bend = hull(*bends)
    for where, at, reached in extremes:
        inside = (where.lower <= at) & (at <= where.upper)
        widened = hull(bend, Interval(np.full(z.shape, reached)))
        bend = Interval(np.where(inside, widened.lower, bend.lower), np.where(inside, widened.upper, bend.upper))
    # One part in 10¹² covers the rounding of the extreme values themselves.
    return value, slope, Interval(bend.lower - 1e-12, bend.upper + 1e-12)
