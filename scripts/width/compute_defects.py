"""By how much one step of gradient descent misses eq. (10), and what the sum of eq. (11) leaves out."""

import numpy as np
import pandas as pd
from _points import sphere
from _variants import ARCHITECTURES, networks

from convexify.seeds import integer_seed
from convexify.width.empirical import empirical_gram
from convexify.width.linear_dynamics import one_step_defect
from convexify_workflow.job import run


def compute_defects(settings, device, seed):
    """One row per network and step."""
    X, y = sphere(settings.samples, settings.dimension, seed)
    sizes = (settings.dimension, settings.width, settings.depth)
    rows = []
    for architecture in ARCHITECTURES:
        seeds = [integer_seed(seed, "width", "defects", architecture, r) for r in range(settings.repetitions)]
        nets = networks(architecture, sizes, settings.activation, seeds=seeds, device=device)
        for repetition, net in enumerate(nets):
            largest = np.linalg.norm(sum(empirical_gram(net, X)), 2)
            for fraction in settings.step_fractions:
                measured = one_step_defect(net, X, y, fraction * 2 / largest)
                key = {"architecture": architecture, "repetition": repetition, "step_fraction": fraction}
                rows.append({**key, **measured})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_defects)
