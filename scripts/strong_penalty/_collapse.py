"""Where along λ a property of the minimiser begins to hold for good."""

import numpy as np


def smallest_lambda(path, holds):
    """Smallest λ of the grid from which on a property always holds; infinite if it fails at the largest.

    ``path`` has a row per λ, ``holds`` a boolean for each of them.
    """
    path = path.assign(holds=holds).sort_values("lam")
    last_failure = path.loc[~path["holds"], "lam"].max()
    holding = path.loc[path["lam"] > last_failure, "lam"] if np.isfinite(last_failure) else path["lam"]
    return holding.min() if len(holding) else np.inf
