"""Paths from any network to a global optimum on which the objective never rises."""
