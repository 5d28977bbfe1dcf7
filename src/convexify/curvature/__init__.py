"""How far from convex a loss is, and how strong a penalty makes it convex."""

from convexify.curvature.barriers import barrier_between, loss_barrier
from convexify.curvature.chords import ChordMargins, chord_margins
from convexify.curvature.dropout import DropoutLoss
from convexify.curvature.hessian import HessianSummary, extreme_eigenvalues, hessian_summary, hessian_vector_product
from convexify.curvature.ivanov import least_squares_in_ball, product_loss, radii_without_penalty
from convexify.curvature.kink import (
    kink_point,
    largest_negative_step,
    second_difference,
    second_difference_at_kink,
    slope_jump,
)
from convexify.curvature.linear_baselines import TangentModel, ridge_weights
from convexify.curvature.midpoint_convexity import chord_violation, negative_share_of_plane, plane_violation
from convexify.curvature.penalties import (
    QuadraticPenalty,
    distinct_rows,
    frozen_minimiser,
    minimise,
    quadratic_penalty,
)
from convexify.curvature.planes import (
    coordinates_in_plane,
    filter_normalised_plane,
    plane_losses,
    plane_through_networks,
)
from convexify.curvature.shallow_loss import ShallowLoss
from convexify.curvature.single_layer import SingleLayerLoss
from convexify.curvature.stochastic_descent import epochs_to_minimum, stochastic_descent
from convexify.curvature.symmetries import permuted, reflected
from convexify.curvature.threshold import ConvexityThreshold, convexity_threshold

__all__ = [
    "ChordMargins",
    "ConvexityThreshold",
    "DropoutLoss",
    "HessianSummary",
    "QuadraticPenalty",
    "ShallowLoss",
    "SingleLayerLoss",
    "TangentModel",
    "barrier_between",
    "chord_margins",
    "chord_violation",
    "convexity_threshold",
    "coordinates_in_plane",
    "distinct_rows",
    "epochs_to_minimum",
    "extreme_eigenvalues",
    "filter_normalised_plane",
    "frozen_minimiser",
    "hessian_summary",
    "hessian_vector_product",
    "kink_point",
    "largest_negative_step",
    "least_squares_in_ball",
    "loss_barrier",
    "minimise",
    "negative_share_of_plane",
    "permuted",
    "plane_losses",
    "plane_through_networks",
    "plane_violation",
    "product_loss",
    "quadratic_penalty",
    "radii_without_penalty",
    "reflected",
    "ridge_weights",
    "second_difference",
    "second_difference_at_kink",
    "slope_jump",
    "stochastic_descent",
]
