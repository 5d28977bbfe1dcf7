"""Random networks of growing width: distance of their Gram matrices to the limit."""

import pandas as pd
from _points import points_by_name
from _variants import ARCHITECTURES, networks

from convexify.seeds import integer_seed
from convexify.width.empirical import empirical_gram
from convexify.width.limit_distances import WideLimit
from convexify_workflow.job import run


def compute_initial(data, settings, device, seed):
    """One row per data set, architecture, width, repetition and layer."""
    frames = []
    for dataset, (X, _) in points_by_name(data, settings, seed).items():
        for architecture in ARCHITECTURES:
            limit = WideLimit(X, settings.depth, architecture, settings.activation)
            for width in settings.widths:
                names = ("width", "initial", dataset, architecture, width)
                seeds = [integer_seed(seed, *names, repetition) for repetition in range(settings.repetitions)]
                sizes = (X.shape[1], width, settings.depth)
                nets = networks(architecture, sizes, settings.activation, seeds=seeds, device=device)
                distances = limit.distances([empirical_gram(net, X) for net in nets])
                frames.append(distances.assign(dataset=dataset, architecture=architecture, width=width))
    return pd.concat(frames, ignore_index=True)


if __name__ == "__main__":
    run(compute_initial)
