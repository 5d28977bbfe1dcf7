"""Where along λ a property of the minimiser begins to hold for good."""

import numpy as np


def bracket_on_grid(path, holds):
    """Largest λ of the grid at which a property fails and the smallest one from which on it always holds.

    ``path`` has a row per λ, ``holds`` a boolean for each. 0 if it never fails, infinity if it fails at the end.
    """
    path = path.assign(holds=holds).sort_values("lam")
    last_failure = path.loc[~path["holds"], "lam"].max()
    if not np.isfinite(last_failure):
        return 0.0, path["lam"].min()
    holding = path.loc[path["lam"] > last_failure, "lam"]
    return last_failure, holding.min() if len(holding) else np.inf


def bisected(holds, lower, upper, ratio):
    """The bracket narrowed, on a logarithmic axis, until ``upper`` is at most ``ratio`` times ``lower``."""
    while upper > ratio * lower:
        middle = float(np.sqrt(lower * upper))
        lower, upper = (lower, middle) if holds(middle) else (middle, upper)
    return lower, upper
