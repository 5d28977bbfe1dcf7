"""Largest singular values of Gaussian matrices: replace this by what the experiment measures."""

import numpy as np
import pandas as pd

from convexify.seeds import generator
from convexify_workflow.job import run


def compute_norms(sizes, repetitions, seed):
    """One row per (size, repetition): the largest singular value and its prediction 2√n."""
    rows = []
    for size in sizes:
        for repetition in range(repetitions):
            matrix = generator(seed, "__id__", size, repetition).standard_normal((size, size))
            rows.append((size, repetition, np.linalg.norm(matrix, 2), 2 * np.sqrt(size)))
    return pd.DataFrame(rows, columns=["size", "repetition", "norm", "predicted_norm"])


if __name__ == "__main__":
    run(compute_norms)
