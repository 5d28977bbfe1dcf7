"""Two-layer ReLU networks as convex programs: patterns, solvers, certificates, networks, estimators."""

from convexify.convex_relu.certificates import Certificate, certify_point, evaluate
from convexify.convex_relu.programs import Program, build_program
from convexify.convex_relu.solution import Solution
from convexify.convex_relu.solve import solve

__all__ = [
    "Certificate",
    "Program",
    "Solution",
    "build_program",
    "certify_point",
    "evaluate",
    "solve",
]
