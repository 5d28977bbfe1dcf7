"""How the smallest convexifying λ grows with the domain: a·tanh(wx) on the curve, and −θ³.

No device: a network of two parameters; sending it to a device would take longer.
"""

import pandas as pd
from _problems import two_parameter_loss

from convexify.curvature.threshold import convexity_threshold
from convexify_workflow.job import run


def compute_growth(samples, boxes, max_boxes, search_samples, search_starts, seed):
    """One row per loss and half side of the box: both ends of the bracket."""
    search = {"samples": search_samples, "starts": search_starts}
    network = two_parameter_loss(samples, seed)
    rows = []
    for side in boxes:
        found = convexity_threshold(network, [-side] * 2, [side] * 2, max_boxes=max_boxes, **search)
        rows.append({"loss": "a·tanh(wx)", "box": side, "lower": found.lower, "upper": found.upper})
        cubic = convexity_threshold(lambda theta: -(theta**3).sum(), [-side], [side], **search)
        rows.append({"loss": "−θ³", "box": side, "lower": cubic.lower, "upper": cubic.upper})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_growth)
