"""Descents that go on until the bound of eq. (15) has halved or the error is at zero, and the step of eq. (14)."""

import numpy as np
import pandas as pd
from _points import sphere
from _variants import ARCHITECTURES, networks

from convexify.seeds import integer_seed
from convexify.width.dynamics import gradient_descent
from convexify.width.limit_distances import WideLimit
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

#: Rows of a table of losses, which grow geometrically apart.
RECORDS = 60


def compute_long(settings, device, seed):
    """Losses and bound of every run at a few iterations; what the step of eq. (14) does stands in each of its rows."""
    X, y = sphere(settings.samples, settings.dimension, seed)
    frames = []
    for architecture in ARCHITECTURES:
        for activation in Share(settings).activations:
            limit = WideLimit(X, settings.depth, architecture, activation)
            key = {"architecture": architecture, "activation": activation}
            seeds = [
                integer_seed(seed, "width", "long", architecture, settings.width, r)
                for r in range(settings.repetitions)
            ]
            sizes = (settings.dimension, settings.width, settings.depth)
            nets = networks(architecture, sizes, activation, seeds=seeds, device=device)
            first = gradient_descent(nets, X, y, step_fraction=settings.step_fraction, iterations=1, record_at=[0])[1]
            halving = np.log(2) / -np.log1p(-first["step"].min() * limit.smallest / 2)
            count = int(max(np.ceil(halving), settings.fewest)) if halving <= settings.most else settings.fewest
            loss, record = gradient_descent(
                nets, X, y, step_fraction=settings.step_fraction, iterations=count, record_at=[0]
            )
            small_steps = pd.DataFrame(_step_14(nets, X, y, limit, settings, first))
            frames.append(_curves(loss, record, limit, count).assign(**key).merge(small_steps, on="repetition"))
    return pd.concat(frames, ignore_index=True)


def _curves(loss, record, limit, count):
    """A row per run and recorded iteration; the ratio of the loss to the bound is the largest up to there."""
    steps = record["step"].to_numpy()
    every = np.arange(count + 1)
    chosen = np.unique(np.r_[0, np.geomspace(1, count, RECORDS).round().astype(int), count // 2])
    frames = []
    for repetition, (losses, step) in enumerate(zip(loss, steps, strict=True)):
        relative = losses / losses[0]
        bound = limit.loss_bounds(step, every)[0]
        ratio = np.maximum.accumulate(np.r_[0.0, (relative / bound)[1:]])
        table = {"iteration": chosen, "relative_loss": relative[chosen], "bound": bound[chosen], "ratio": ratio[chosen]}
        frames.append(pd.DataFrame(table).assign(repetition=repetition))
    return pd.concat(frames, ignore_index=True)


def _step_14(nets, X, y, limit, settings, first):
    """Ten steps of λ_min(K^(H))/n²: progress over that of the bound, and how much larger a stable step is."""
    step = limit.smallest / len(y) ** 2
    # 2/λ_max(G(0)) of each network; the smallest stable fraction serves all of them.
    stable = first["step"].to_numpy() / settings.step_fraction
    for repetition, (net, largest) in enumerate(zip(nets, stable, strict=True)):
        loss, _ = gradient_descent([net], X, y, step_fraction=step / largest, iterations=10, record_at=())
        progress = -np.log1p((loss[0, -1] - loss[0, 0]) / loss[0, 0])
        promised = -10 * np.log1p(-step * limit.smallest / 2)
        yield {
            "repetition": repetition,
            "progress_over_promised": progress / promised,
            "stable_step_over_step": largest / step,
        }


if __name__ == "__main__":
    run(compute_long)
