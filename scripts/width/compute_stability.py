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
#: Draws of the points; the starts are divided among them, and each draw gives a needed width of its own.
DRAWS = 5


def compute_stability(limits, settings, device, seed):
    """Tables ``stability``, one row per network, ``stable_width``, and the same for each draw of the points."""
    points = [sphere(settings.samples, settings.dimension, seed, draw)[0] for draw in range(DRAWS)]
    rows, needed, by_draw = [], [], []
    for names, part in limits.groupby(["activation", "variant", "depth"], sort=False):
        key = dict(zip(("activation", "variant", "depth"), names, strict=True))
        smallest = part.set_index("draw")["smallest_eigenvalue"]
        ratios = []
        for width in settings.widths:
            seeds = [integer_seed(seed, "width", "stability", *names, width, r) for r in range(settings.repetitions)]
            sizes = (settings.dimension, width, key["depth"])
            nets = networks(key["variant"], sizes, key["activation"], seeds=seeds, device=device)
            for repetition, net in enumerate(nets):
                draw = repetition % DRAWS
                ratio = smallest_eigenvalue(empirical_gram(net, points[draw])[-2]) / smallest[draw]
                ratios.append({**key, "width": width, "repetition": repetition, "draw": draw, "ratio": ratio})
        table = pd.DataFrame(ratios)
        needed.append({**key, "width": stable_width(table)})
        by_draw += [{**key, "draw": draw, "width": stable_width(part)} for draw, part in table.groupby("draw")]
        rows += ratios
    return {
        "stability": pd.DataFrame(rows),
        "stable_width": pd.DataFrame(needed),
        "stable_width_of_draws": pd.DataFrame(by_draw),
    }


def stable_width(table):
    """Width above which the median ratio over the starts stays over `STABLE`."""
    medians = table.groupby("width")["ratio"].median()
    return crossing_width(medians.index, medians, STABLE)


if __name__ == "__main__":
    run(compute_stability)
