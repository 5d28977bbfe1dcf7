"""Smallest eigenvalue of random networks over that of their limit, against depth and width."""

import pandas as pd
from _points import sphere
from _variants import networks

from convexify.seeds import integer_seed
from convexify.width.empirical import empirical_gram
from convexify.width.limits import smallest_eigenvalue
from convexify.width.needed_width import crossing_width
from convexify_workflow.job import run

STABLE = 0.5


def compute_stability(limits, settings, device, seed):
    """Tables ``stability``, one row per network, and ``stable_width``, one row per activation, variant and depth."""
    X, _ = sphere(settings.samples, settings.dimension, seed)
    rows, needed = [], []
    for limit in limits.itertuples():
        key = {"activation": limit.activation, "variant": limit.variant, "depth": limit.depth}
        ratios = []
        for width in settings.widths:
            seeds = [
                integer_seed(seed, "width", "stability", *key.values(), width, r) for r in range(settings.repetitions)
            ]
            sizes = (settings.dimension, width, limit.depth)
            nets = networks(limit.variant, sizes, limit.activation, seeds=seeds, device=device)
            ratios += [
                {
                    **key,
                    "width": width,
                    "repetition": repetition,
                    "ratio": smallest_eigenvalue(empirical_gram(net, X)[-2]) / limit.smallest_eigenvalue,
                }
                for repetition, net in enumerate(nets)
            ]
        medians = pd.DataFrame(ratios).groupby("width")["ratio"].median()
        needed.append({**key, "width": crossing_width(medians.index, medians, STABLE)})
        rows += ratios
    return {"stability": pd.DataFrame(rows), "stable_width": pd.DataFrame(needed)}


if __name__ == "__main__":
    run(compute_stability)
