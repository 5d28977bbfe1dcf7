"""The set of all optimal networks: its polytope, its connected components, paths into it, and zero units."""

from convexify.convex_relu.optimal_set.components import count_components, thresholds
from convexify.convex_relu.optimal_set.escape_path import escape_path, largest_rise, straight_line
from convexify.convex_relu.optimal_set.polytope import OptimalSet, optimal_set
from convexify.convex_relu.optimal_set.zero_units import deepest_probe

__all__ = [
    "OptimalSet",
    "count_components",
    "deepest_probe",
    "escape_path",
    "largest_rise",
    "optimal_set",
    "straight_line",
    "thresholds",
]
