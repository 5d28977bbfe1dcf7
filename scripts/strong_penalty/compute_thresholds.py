"""Where convexity begins: a certified bracket of the smallest convexifying λ for every smooth network.

No device: networks of a few neurons on a few dozen samples; sending them to a device would take longer.
"""

import numpy as np
import pandas as pd
import torch
from _problems import load_problem, loss_of, networks_of

from convexify.curvature.threshold import convexity_threshold
from convexify_workflow.job import run


def compute_thresholds(problem, data, pair, settings, seed):
    """One row per network: both ends of the bracket on the box, and the smallest eigenvalue at zero."""
    parts = load_problem(problem, data, pair=pair, samples=settings.samples, seed=seed)
    rows = []
    for net in networks_of(problem):
        loss = loss_of(parts, net, settings.width)
        if not loss.smooth:
            continue
        corner = np.full(loss.layout.size, settings.box)
        found = convexity_threshold(
            loss,
            -corner,
            corner,
            samples=settings.search_samples,
            starts=settings.search_starts,
            max_boxes=settings.max_boxes,
        )
        at_zero = torch.func.hessian(loss)(torch.zeros(loss.layout.size, dtype=torch.float64))
        rows.append(
            {"problem": problem, **net, "box": settings.box, "lower": found.lower, "upper": found.upper}
            | {"most_negative_at_zero": float(torch.linalg.eigvalsh(at_zero)[0])}
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_thresholds)
