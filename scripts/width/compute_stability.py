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
#: Independent groups of starts, each of which gives a needed width of its own.
BLOCKS = 5


def compute_stability(limits, settings, device, seed):
    """Tables ``stability``, one row per network, ``stable_width`` and the same for independent blocks of the starts."""
    X, _ = sphere(settings.samples, settings.dimension, seed)
    rows, needed, blocks = [], [], []
    for limit in limits[limits["draw"] == 0].itertuples():
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
        table = pd.DataFrame(ratios)
        needed.append({**key, "width": stable_width(table)})
        for block, part in table.groupby(table["repetition"] % BLOCKS):
            blocks.append({**key, "block": block, "width": stable_width(part)})
        rows += ratios
    return {
        "stability": pd.DataFrame(rows),
        "stable_width": pd.DataFrame(needed),
        "stable_width_of_blocks": pd.DataFrame(blocks),
    }


def stable_width(table):
    """Width above which the median ratio over the starts stays over `STABLE`."""
    medians = table.groupby("width")["ratio"].median()
    return crossing_width(medians.index, medians, STABLE)


if __name__ == "__main__":
    run(compute_stability)
