"""Random networks of growing width: distance of their Gram matrices to the limit."""

import pandas as pd
from _points import points_by_name
from _variants import ARCHITECTURES, networks

from convexify.seeds import integer_seed
from convexify.width.empirical import empirical_gram
from convexify.width.limit_distances import WideLimit
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

#: Independent groups of starts, over each of which the mean Gram matrix is taken.
BLOCKS = 4


def compute_initial(data, settings, device, seed):
    """Tables ``initial``, one row per start and layer, and ``shapes``, one row per block of starts."""
    frames, shapes = [], []
    for dataset, (X, _) in points_by_name(data, settings, seed).items():
        for architecture in ARCHITECTURES:
            limit = WideLimit(X, settings.depth, architecture, settings.activation)
            for width in Share(settings).widths:
                names = ("width", "initial", dataset, architecture, width)
                seeds = [integer_seed(seed, *names, repetition) for repetition in range(settings.repetitions)]
                sizes = (X.shape[1], width, settings.depth)
                nets = networks(architecture, sizes, settings.activation, seeds=seeds, device=device)
                grams = [empirical_gram(net, X) for net in nets]
                key = {"dataset": dataset, "architecture": architecture, "width": width}
                frames.append(limit.distances(grams).assign(**key))
                for block in range(BLOCKS):
                    corrected, printed = limit.shape_distances(grams[block::BLOCKS])
                    row = {"samples": X.shape[0], "inputs": X.shape[1], "corrected": corrected, "printed": printed}
                    shapes.append({**key, "block": block, **row})
    return {"initial": pd.concat(frames, ignore_index=True), "shapes": pd.DataFrame(shapes)}


if __name__ == "__main__":
    run(compute_initial)
