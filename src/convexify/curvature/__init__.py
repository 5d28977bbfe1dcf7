"""How far from convex a loss is: Hessian extremes, shares of negative curvature, midpoint violations, planes."""

from convexify.curvature.convexity import chord_violation, negative_share_of_plane, plane_violation
from convexify.curvature.hessian import HessianSummary, extreme_eigenvalues, hessian_summary, hessian_vector_product
from convexify.curvature.penalties import QuadraticPenalty, distinct_rows, minimise, quadratic_penalty
from convexify.curvature.planes import (
    coordinates_in_plane,
    filter_normalised_plane,
    plane_losses,
    plane_through_networks,
)
from convexify.curvature.shallow import ShallowLoss
from convexify.curvature.threshold import ConvexityThreshold, convexity_threshold

__all__ = [
    "ConvexityThreshold",
    "HessianSummary",
    "QuadraticPenalty",
    "ShallowLoss",
    "chord_violation",
    "convexity_threshold",
    "coordinates_in_plane",
    "distinct_rows",
    "extreme_eigenvalues",
    "filter_normalised_plane",
    "hessian_summary",
    "hessian_vector_product",
    "minimise",
    "negative_share_of_plane",
    "plane_losses",
    "plane_through_networks",
    "plane_violation",
    "quadratic_penalty",
]
