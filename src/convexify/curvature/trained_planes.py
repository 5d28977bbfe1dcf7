"""Planes that show trained networks, and how far from convex the loss is on them."""

import dataclasses

import numpy as np
import torch

from convexify.curvature.midpoint_convexity import chord_violation, negative_share_of_plane, plane_violation
from convexify.curvature.planes import (
    coordinates_in_plane,
    filter_normalised_plane,
    plane_losses,
    plane_through_networks,
)
from convexify.networks.alignment import aligned
from convexify.networks.multi_branch import MultiBranch


@dataclasses.dataclass(frozen=True)
class TrainedPlane:
    """A plane in the space of parameters and the trained networks that lie in it.

    Attributes
    ----------
    network : MultiBranch
    parameters : list of torch.Tensor, shape (size,)
        The networks: three, or the one at the origin.
    plane : tuple of torch.Tensor, shape (size,)
        Centre and two axes.
    """

    network: MultiBranch
    parameters: list
    plane: tuple

    @property
    def coordinates(self):
        """Coordinates of the networks, shape (3, 2) or (1, 2)."""
        return coordinates_in_plane(self.parameters) if len(self.parameters) == 3 else np.zeros((1, 2))

    def losses(self, X, loss, coordinates):
        """`plane_losses` on the square grid of ``coordinates``."""
        return plane_losses(self.network, X, loss, self.plane, coordinates, coordinates)


def official_plane(trained):
    """The plane through three trained networks; see `plane_through_networks`."""
    return TrainedPlane(trained.network, trained.parameters, plane_through_networks(trained.parameters))


def aligned_plane(trained, X):
    """The official plane after the second and third network were aligned to the first at samples ``X``."""
    first, *others = trained.parameters
    matched = [first, *(aligned(trained.network, w, first, X) for w in others)]
    return TrainedPlane(trained.network, matched, plane_through_networks(matched))


def random_plane(trained, seed):
    """The plane of two random filter-normalised directions at the first network; see `filter_normalised_plane`."""
    first = trained.parameters[0]
    return TrainedPlane(trained.network, [first], filter_normalised_plane(trained.network, first, seed))


def convexity_measures(values, ceiling):
    """What a grid of losses says about convexity.

    Parameters
    ----------
    values : array_like, shape (p, q)
        Losses on a uniform grid.
    ceiling : float
        Loss of a constant predictor.

    Returns
    -------
    dict of str to float
        Smallest and largest loss, the largest midpoint violation (absolute, relative to the range, over chords whose
        ends are both better than a constant predictor, and the latter over what training gained: ``ceiling`` minus the
        smallest loss, NaN where nothing was gained), and the share of negative curvature. What is relative does not
        change if the loss is scaled or shifted.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 5)
    >>> measures = convexity_measures(1 - np.add.outer(x**2, x**2) / 2, ceiling=0.4)
    >>> measures["violation"], measures["violation_below_constant"], measures["negative_share"]
    (1.0, 1.0, 1.0)
    >>> measures["violation_over_gain"]
    2.5
    """
    values = np.asarray(values, dtype=float)
    worst, below = plane_violation(values), plane_violation(values, ceiling=ceiling).absolute
    return {
        "smallest_loss": values.min(),
        "largest_loss": values.max(),
        "violation": worst.absolute,
        "relative_violation": worst.relative,
        "violation_below_constant": below,
        "violation_over_gain": over_gain(below, values.min(), ceiling),
        "negative_share": negative_share_of_plane(values),
    }


def over_gain(violation, loss, ceiling):
    """A violation over what training gained, ``ceiling`` minus ``loss``; NaN where it gained nothing."""
    return float(violation / (ceiling - loss)) if loss < ceiling else float("nan")


def worst_chord_violation(network, parameters, X, loss, points):
    """Largest midpoint violation on the straight lines between networks; NaN if there is only one network.

    Parameters
    ----------
    network : MultiBranch
    parameters : sequence of torch.Tensor, shape (size,)
    X : torch.Tensor, shape (n, inputs)
    loss : callable
        Maps outputs (n, outputs) to a scalar tensor.
    points : int
        Points on each line, ends included; at least 3.

    Returns
    -------
    float
    """
    shares = np.linspace(0, 1, points)
    violations = []
    for i, start in enumerate(parameters):
        for end in parameters[i + 1 :]:
            line = start, end - start, torch.zeros_like(start)
            violations.append(chord_violation(plane_losses(network, X, loss, line, shares, [0.0])[:, 0]).absolute)
    return max(violations, default=float("nan"))
