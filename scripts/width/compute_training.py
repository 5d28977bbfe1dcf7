"""Deep networks of growing width: what gradient descent changes, and the loss beside its bounds."""

import numpy as np
import pandas as pd
from _points import points_by_name
from _variants import ARCHITECTURES, networks

from convexify.seeds import integer_seed
from convexify.width.dynamics import gradient_descent
from convexify.width.limit_distances import WideLimit
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

RECORDS = 12


def compute_training(data, settings, device, seed):
    """Tables ``records`` (Gram matrices and weights while training) and ``losses`` (with both bounds)."""
    records, losses = [], []
    others = sorted(set(settings.activations) - {settings.activation})
    for dataset, points in points_by_name(data, settings, seed).items():
        for architecture in ARCHITECTURES:
            key = {"dataset": dataset, "architecture": architecture}
            # Other activations than the first: the loss and its bounds only.
            for activation in [settings.activation, *others]:
                limit = WideLimit(points[0], settings.depth, architecture, activation)
                for width in Share(settings).widths:
                    names = ("width", "training", dataset, architecture, width)
                    seeds = [integer_seed(seed, *names, repetition) for repetition in range(settings.repetitions)]
                    sizes = (points[0].shape[1], width, settings.depth)
                    nets = networks(architecture, sizes, activation, seeds=seeds, device=device)
                    first = activation == settings.activation
                    loss, record = gradient_descent(
                        nets,
                        *points,
                        step_fraction=settings.step_fraction,
                        iterations=settings.iterations,
                        record_at=checkpoints(settings.iterations) if first else [0],
                        limit=limit.definition[-1],
                    )
                    if first:
                        records.append(record.assign(**key, width=width).rename(columns={"network": "repetition"}))
                    losses.append(curves(loss, record, limit).assign(**key, activation=activation, width=width))
    return {"records": pd.concat(records, ignore_index=True), "losses": pd.concat(losses, ignore_index=True)}


def curves(loss, record, limit):
    """One row per repetition and iteration: loss relative to the start, and its two bounds."""
    steps = record.drop_duplicates("network")["step"].to_numpy()
    repetition, iteration = (index.ravel() for index in np.indices(loss.shape))
    bound, kernel_bound = limit.loss_bounds(steps[repetition], iteration)
    return pd.DataFrame(
        {
            "repetition": repetition,
            "iteration": iteration,
            "relative_loss": (loss / loss[:, :1]).ravel(),
            "bound": bound,
            "kernel_bound": kernel_bound,
        }
    )


def checkpoints(iterations):
    """0, the last one, and numbers that grow geometrically between them."""
    return sorted({0, *np.unique(np.geomspace(1, iterations, RECORDS).round().astype(int)).tolist()})


if __name__ == "__main__":
    run(compute_training)
