"""Convex views of neural networks: exact programs, duals, certificates and measures of non-convexity."""

__version__ = "0.1.0"
