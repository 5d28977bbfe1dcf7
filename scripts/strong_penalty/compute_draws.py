"""What strong penalties do to the errors of one network, over independent draws of the samples.

No device: networks of a few neurons on a few dozen samples; sending them to a device would take longer.
"""

import numpy as np
import pandas as pd
from _minima import hidden_spread, zero_share
from _problems import NETWORKS, load_problem, loss_of
from tqdm import tqdm

from convexify.curvature.penalties import minimise, quadratic_penalty
from convexify.curvature.stochastic_descent import epochs_to_minimum
from convexify.curvature.threshold import convexity_threshold
from convexify.seeds import generator
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_draws(problem, data, pair, settings, seed):
    """Table ``draws``, one row per draw and choice of the penalty, and ``descents``, one row per draw and λ of SGD.

    The network is the tanh network with output bias; errors are those of the best of several local minima. ``choice``
    is the weakest and the strongest λ of the grid, the λ chosen by the validation error, and, for several penalties,
    the smallest λ that may make the objective convex: at every smaller one a point with negative curvature was found.
    "sparsest" is the λ of the grid with the most parameters at zero while the hidden layer contributes.
    "constant" is the mean of the training targets.
    """
    rows, descents = [], []
    for draw in tqdm(Share(settings).draws, desc=problem):
        parts = load_problem(problem, data, pair=pair, samples=settings.samples, seed=seed, draw=draw)
        loss = loss_of(parts, NETWORKS[0], settings.width)
        rng = generator(seed, "strong_penalty", "draws", problem, draw)
        points = rng.uniform(-settings.box, settings.box, (settings.starts, loss.layout.size))
        shift = settings.shift_scale * rng.standard_normal(loss.layout.size).clip(-settings.box, settings.box)
        convex = _first_convex(loss, settings, draw)

        def best(lam, loss=loss, points=points, centre=None):
            penalty = quadratic_penalty("l2" if centre is None else "shift", lam, loss.layout.size, centre=centre)
            return min((minimise(loss, penalty, point, settings.box) for point in points), key=lambda end: end.value)

        def errors(lam, loss=loss, parts=parts, best=best, centre=None):
            point = best(lam, centre=centre).point
            row = {"penalty": "l2" if centre is None else "shift", "lam": lam} | _errors(loss, point, parts)
            return row | {"zero_share": zero_share(point), "alive": hidden_spread(loss, point) > settings.same}

        grid = [errors(lam) for lam in sorted(settings.lambdas)]
        by_validation = min(grid, key=lambda row: row["validation_error"])
        # Trained before, on samples that the training part does not share: those of the validation part.
        earlier = loss_of({"train": parts["validation"]}, NETWORKS[0], settings.width)
        pretrained = best(by_validation["lam"], earlier).point
        mean = parts["train"][1].mean()
        chosen = {
            "weakest": grid[0],
            "strongest": grid[-1],
            "validation": by_validation,
            "sparsest": max((row for row in grid if row["alive"]), key=lambda row: row["zero_share"], default=grid[0]),
            "convex": errors(convex),
            "convex shift": errors(convex, centre=shift),
            "convex pretrained": errors(convex, centre=pretrained),
            "pretrained alone": {"penalty": "none", "lam": np.nan} | _errors(loss, pretrained, parts),
            "constant": {"penalty": "none", "lam": np.nan}
            | {f"{name}_error": float(np.mean((mean - y) ** 2)) for name, (_, y) in parts.items()},
        }
        rows += [{"problem": problem, "draw": draw, "choice": name} | row for name, row in chosen.items()]
        for choice, lam in (("convex", convex), ("validation", by_validation["lam"])):
            found = _descent(loss, lam, points, best(lam).value, settings, (seed, problem, draw))
            descents.append({"problem": problem, "draw": draw, "choice": choice, "lam": lam} | found)
    return {"draws": pd.DataFrame(rows), "descents": pd.DataFrame(descents)}


def _first_convex(loss, settings, draw):
    """Smallest λ that may make the objective convex on the box: the lower end of its bracket."""
    corner = np.full(loss.layout.size, settings.box)
    search = {"samples": settings.search_samples, "starts": settings.search_starts, "max_boxes": 0, "seed": draw}
    return convexity_threshold(loss, -corner, corner, **search).lower


def _errors(loss, point, parts):
    return {f"{name}_error": float(np.mean((loss.predict(point, X) - y) ** 2)) for name, (X, y) in parts.items()}


def _descent(loss, lam, points, lowest, settings, names):
    """Epochs of tuned SGD to within 1 % of the initial distance of the lowest objective, and the tuning's edge."""
    seed, problem, draw = names
    epochs, tuning = epochs_to_minimum(
        loss,
        quadratic_penalty("l2", lam, loss.layout.size),
        points[: settings.sgd_starts],
        lowest=lowest,
        runs=settings.sgd_runs,
        epochs=settings.sgd_epochs,
        batch=max(1, settings.samples // 4),
        bound=settings.box,
        share=0.01,
        stream=lambda: generator(seed, "strong_penalty", "sgd", problem, draw),
    )
    arrived = np.where(np.isfinite(epochs), epochs, 2.0 * settings.sgd_epochs)
    # Epochs that were not enough count double; an epoch is the least that can be seen.
    return {
        "epochs": float(np.maximum(arrived, 1).mean()),
        "arrived": int(np.isfinite(epochs).sum()),
        "starts": len(epochs),
        "step": tuning.step,
        "edge": tuning.edge or "",
        "diverged_steps": tuning.diverged,
    }


if __name__ == "__main__":
    run(compute_draws)
