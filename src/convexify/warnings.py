"""Warnings of the package."""


class ConvergenceWarning(UserWarning):
    """The answer is the best certified one found, but its gap is above the tolerance that was asked for."""
