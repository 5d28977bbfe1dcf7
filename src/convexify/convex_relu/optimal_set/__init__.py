"""The set of all optimal networks: its polytope and its connected components."""

from convexify.convex_relu.optimal_set.components import count_components, thresholds
from convexify.convex_relu.optimal_set.polytope import OptimalSet, optimal_set

__all__ = ["OptimalSet", "count_components", "optimal_set", "thresholds"]
