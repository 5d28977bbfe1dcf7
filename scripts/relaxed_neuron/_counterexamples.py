"""The one-dimensional counterexamples to the survey's theorem."""

#: Samples and labels: L_r is smallest where L is not, and L_r is unbounded below.
COUNTEREXAMPLES = {"misled": ([1.0, -1.0], [1.0, 1.0]), "unbounded": ([1.0], [-1.0])}
