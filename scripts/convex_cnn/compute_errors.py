"""Convexified convolutional networks and trained ones on variants of images, and the solvers of the convex program."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from _fits import CONVEX, TRAINED, convex_rows, layer_features, network_rows, tune
from _images import Images, draw_images
from _solvers import solver_rows, tune_solvers
from tqdm import tqdm

from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run

#: Pictures shown of each variant.
PICTURES = 8


def compute_errors(data, group, settings, seed):
    """Four tables of one group of variants.

    ``errors``: a row per variant, draw, n, method and kind of features: test error, training error, certified gap;
    ``tuning``: radii and steps tried; ``solvers``: objective after passes over the data, on one variant;
    ``pictures``: pixels of a few images.
    """
    data = data if isinstance(data, list) else [data]
    tables = {"errors": [], "tuning": [], "solvers": [], "pictures": []}
    for variant in tqdm(settings.variants[group], desc=f"variants of {group}"):
        classes = int(max(data[0]["y"].max(), data[0]["y_test"].max())) + 1
        problem = SimpleNamespace(settings=settings, classes=classes)
        made = _variant_tables(data, variant, problem, seed)
        for name, table in made.items():
            tables[name].append(table.assign(variant=variant))
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def _variant_tables(data, variant, problem, seed):
    settings = problem.settings
    compared = variant in settings.compared_on

    def stream(*names):
        return generator(seed, "convex_cnn", variant, *names)

    def start_seeds(*names):
        return [integer_seed(seed, "convex_cnn", variant, "start", method, *names) for method in TRAINED]

    def feature_streams(*names):
        return [stream("features", method, *names) for method in CONVEX]

    pilot = draw_images(data, variant, settings, stream("images", "pilot"), held_out=settings.validation_samples)
    tuned = tune(pilot, problem, feature_streams("pilot"), start_seeds("pilot"))
    radii, steps = ([tuned[name].step for name in names] for names in (CONVEX, TRAINED))
    rows, traces = [], []
    if compared:
        Z, _ = layer_features(pilot.X, pilot.X_test, settings, 0, feature_streams("pilot")[0])
        tuned |= tune_solvers(Z, pilot.y, problem.classes, radii[0], settings, stream("solvers", "pilot"))
    for draw in range(settings.draws):
        images = draw_images(data, variant, settings, stream("images", draw))
        for n in settings.sizes:
            part = Images(images.X[:n], images.y[:n], images.X_test, images.y_test)
            fits = convex_rows(part, problem, radii, feature_streams(draw))
            if compared and n == max(settings.sizes):
                fits += convex_rows(part, problem, radii, feature_streams(draw), "nystroem")
            fits += network_rows(part, problem, steps, start_seeds(draw))
            rows += [{"draw": draw, "n": n} | row for row in fits]
        if compared:
            Z, _ = layer_features(images.X, images.X_test[:1], settings, 0, feature_streams(draw)[0])
            found = solver_rows(Z, images.y, problem.classes, radii[0], settings, tuned, stream("solvers", draw))
            traces += [{"draw": draw} | row for row in found]
    trials = [
        found.trials.assign(method=name, chosen=found.step, edge=found.edge or "none") for name, found in tuned.items()
    ]
    return {
        "errors": pd.DataFrame(rows),
        "tuning": pd.concat(trials, ignore_index=True),
        "solvers": pd.DataFrame(traces),
        "pictures": _pictures(pilot.X[:PICTURES]),
    }


def _pictures(X):
    """One row per pixel, colours averaged."""
    grey = X.mean(axis=1)
    picture, row, column = (index.ravel() for index in np.indices(grey.shape))
    return pd.DataFrame({"picture": picture, "row": row, "column": column, "value": grey.ravel()})


if __name__ == "__main__":
    run(compute_errors)
