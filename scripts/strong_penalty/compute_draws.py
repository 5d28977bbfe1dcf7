"""What strong penalties do to the errors of one network, over independent draws of the samples."""

import numpy as np
import pandas as pd
from _problems import NETWORKS, load_problem, loss_of
from tqdm import tqdm

from convexify.curvature.penalties import minimise, quadratic_penalty
from convexify.curvature.threshold import convexity_threshold
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_draws(problem, data, pair, settings, seed):
    """One row per draw and choice of the penalty: errors of the best of several local minima.

    The network is the tanh network with output bias. ``choice`` is the weakest and the strongest λ of the grid, the λ
    chosen by the validation error, and, for both penalties, the smallest λ that may make the objective convex: at every
    smaller one a point with negative curvature was found.
    """
    rows = []
    for draw in tqdm(range(settings.draws), desc=problem):
        parts = load_problem(problem, data, pair=pair, samples=settings.samples, seed=seed, draw=draw)
        loss = loss_of(parts, NETWORKS[0], settings.width)
        rng = generator(seed, "strong_penalty", "draws", problem, draw)
        points = rng.uniform(-settings.box, settings.box, (settings.starts, loss.layout.size))
        shift = settings.shift_scale * rng.standard_normal(loss.layout.size).clip(-settings.box, settings.box)
        corner = np.full(loss.layout.size, settings.box)
        convex = convexity_threshold(
            loss,
            -corner,
            corner,
            samples=settings.search_samples,
            starts=settings.search_starts,
            max_boxes=0,
            seed=draw,
        ).lower

        def errors(lam, kind="l2", *, loss=loss, points=points, shift=shift, parts=parts):
            penalty = quadratic_penalty(kind, lam, loss.layout.size, centre=shift if kind == "shift" else None)
            best = min((minimise(loss, penalty, point, settings.box) for point in points), key=lambda end: end.value)
            return {"penalty": kind, "lam": lam} | {
                f"{name}_error": float(np.mean((loss.predict(best.point, X) - y) ** 2))
                for name, (X, y) in parts.items()
            }

        grid = [errors(lam) for lam in sorted(settings.lambdas)]
        chosen = {
            "weakest": grid[0],
            "strongest": grid[-1],
            "validation": min(grid, key=lambda row: row["validation_error"]),
            "convex": errors(convex),
            "convex shift": errors(convex, "shift"),
        }
        rows += [{"problem": problem, "draw": draw, "choice": name} | row for name, row in chosen.items()]
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_draws)
