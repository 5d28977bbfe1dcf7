"""Loss barriers on the straight line between two networks."""

import numpy as np
import torch

from convexify.checks import as_vector
from convexify.curvature.planes import plane_losses


def loss_barrier(losses):
    r"""Height of a loss over the chord through its ends.

    Parameters
    ----------
    losses : array_like, shape (k,)
        Losses at equally spaced points of a straight line, ends included; k ≥ 2.

    Returns
    -------
    float
        :math:`\max_t L(t) - (1 - t) L(0) - t L(1) \ge 0` [1]_; 0 for a convex loss.

    Raises
    ------
    ValueError
        For fewer than two points.

    References
    ----------
    .. [1] Entezari, Sedghi, Saukh, Neyshabur (2022), The role of permutation invariance in linear mode connectivity of
       neural networks, ICLR.

    Examples
    --------
    >>> loss_barrier([0.0, 2.0, 2.0]), loss_barrier([1.0, 0.0, 1.0])
    (1.0, 0.0)
    """
    losses = as_vector("losses", losses)
    if losses.size < 2:
        raise ValueError(f"losses: expected both ends of a line, got {losses.size} point")
    return float((losses - np.linspace(losses[0], losses[-1], losses.size)).max())


def barrier_between(network, first, second, X, *, loss, points):
    """`loss_barrier` on the line between two parameter vectors of one network.

    Parameters
    ----------
    network : MultiBranch or ResidualClassifier
    first, second : torch.Tensor, shape (size,)
    X : torch.Tensor, shape (n, inputs)
    loss : callable
        Maps outputs (n, outputs) to a scalar tensor.
    points : int
        Points on the line, ends included.

    Returns
    -------
    float
    """
    line = first, second - first, torch.zeros_like(first)
    return loss_barrier(plane_losses(network, X, loss, line, np.linspace(0, 1, points), [0.0])[:, 0])
