"""Convex views of neural networks: exact programs, duals, certificates and measures of non-convexity."""

from convexify.warnings import ConvergenceWarning as ConvergenceWarning

__version__ = "0.1.0"
