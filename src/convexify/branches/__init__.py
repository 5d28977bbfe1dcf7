"""Parallel branches: exact duality gaps on finite sets of weights, by integer and linear programs."""

from convexify.branches.convexification import homogeneous_gap, nonconvexity, weight_nonconvexity
from convexify.branches.gap import DualityGap, exact_gap

__all__ = [
    "Atoms",
    "DualityGap",
    "atoms",
    "exact_gap",
    "homogeneous_gap",
    "nonconvexity",
    "polar_grid",
    "weight_nonconvexity",
]


def __getattr__(name):
    # Only atoms need torch, whose import takes longer than most of the programs.
    if name in ("Atoms", "atoms", "polar_grid"):
        from importlib import import_module

        return getattr(import_module("convexify.branches.subnetworks"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
