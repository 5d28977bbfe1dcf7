"""Two spirals: convex models of two and of three layers, and the path-regularised network trained by descent."""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.convex_relu.global_training.train import train_globally
from convexify.datasets.spirals import two_spirals
from convexify.relaxations.path_norm import ParallelNetwork
from convexify.relaxations.path_norm_pricing import train_path_norm
from convexify.relaxations.path_norm_training import descend_branches
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

#: Relative gap asked of the two-layer model over all patterns and widths.
TWO_LAYER_GAP = 1e-3
#: As tables and figures call the methods of descent.
NAMES = {"sgd": "SGD", "adam": "Adam"}


def compute_spirals(settings, device, seed):
    """``spirals``: a row per draw, model and β; ``regions``: outputs on a grid, first draw; ``tuning``: steps."""
    draws = [_draw(settings, generator(seed, "path_norm", "spirals", k)) for k in range(settings.repetitions)]
    grid = _grid()
    rows, regions, tuning, share = [], [], [], Share(settings)
    for beta in share.betas:
        descended, tuned = _descend(settings, draws, beta, device, seed)
        tuning += tuned
        for k, draw in enumerate(tqdm(draws, desc=f"β = {beta:g}")):
            rng = generator(seed, "path_norm", "pricing", k, str(beta))
            for name, model in (_convex(settings, *draw["train"], beta, rng) | descended[k]).items():
                rows.append({"draw": k, "model": name, "beta": beta} | _judged(model, draw))
                if k == 0:
                    output = model["network"].predict(grid)
                    regions.append(pd.DataFrame({"model": name, "beta": beta, "x1": grid[:, 0], "x2": grid[:, 1],
                                                 "output": output, "label": 0.0}))  # fmt: skip
    X, y = draws[0]["train"]
    points = pd.DataFrame({"model": "points", "beta": 0.0, "x1": X[:, 0], "x2": X[:, 1], "output": 0.0, "label": y})
    return {
        "spirals": pd.DataFrame(rows),
        "regions": pd.concat([*regions, points] if share.last else regions),
        "tuning": pd.concat(tuning),
    }


def _draw(settings, rng):
    sizes = {"train": settings.points, "validation": settings.points, "test": settings.test_points}
    return {part: two_spirals(rng, n, turns=settings.turns, noise=settings.noise) for part, n in sizes.items()}


def _convex(settings, X, y, beta, rng):
    """Models by name: the network, its objective, a lower bound and what it holds for."""
    two = train_globally(X, y, beta, tol=TWO_LAYER_GAP, max_time=np.inf, max_rounds=200)
    models = {"two layers": _model(two.network, two.objective, two.lower_bound, 0, len(two.network.a))}
    options = {"count": settings.count, "starts": settings.ascents}
    for name, penalty, rounds in (
        ("weight decay", "weight decay", settings.rounds),
        ("path, sampled", "path", 0),
        ("path", "path", settings.rounds),
    ):
        found = train_path_norm(
            X, y, beta, settings.neurons, generator=rng, penalty=penalty, rounds=rounds, **options
        )  # fmt: skip
        models[name] = _model(found.network, found.primal, found.dual, found.groups, len(found.network.outputs))
    return models


def _model(network, objective, dual, groups, neurons):
    return {"network": network, "objective": objective, "dual": dual, "groups": groups, "branches": neurons}


def _judged(model, draw):
    accuracies = {
        f"{part}_accuracy": float(((model["network"].predict(X) > 0) == (y > 0)).mean())
        for part, (X, y) in draw.items()
    }
    gap = (model["objective"] - model["dual"]) / model["objective"]
    return {name: model[name] for name in ("objective", "dual", "groups", "branches")} | {"gap": gap} | accuracies


def _descend(settings, draws, beta, device, seed):
    """The best start for each draw and method; one step for a method and β, tuned on spirals of their own."""
    others = [_draw(settings, generator(seed, "path_norm", "tuning", k)) for k in range(settings.repetitions)]
    models, tables = [{} for _ in draws], []
    for method in settings.methods:
        options = {"branches": settings.branches, "neurons": settings.neurons, "starts": settings.descent_starts,
                   "iterations": settings.descent_iterations, "method": method, "device": device,
                   "batch_size": settings.batch if method == "sgd" else None,
                   "seed": integer_seed(seed, "path_norm", "descent", method)}  # fmt: skip

        def score(step, options=options):
            found = descend_branches(*_stacked(others), beta, step=step, **options).objectives
            return found.min(axis=1).mean() if np.isfinite(found).all() else np.inf

        tuned = tune_step(score, start=0.03, trials=settings.descent_trials)
        ends = descend_branches(*_stacked(draws), beta, step=tuned.step, **options)
        for k, best in enumerate(np.nanargmin(ends.objectives, axis=1)):
            network = ParallelNetwork(*(part[k, best] for part in (ends.V, ends.signs, ends.outputs)))
            models[k][NAMES[method]] = _model(network, ends.objectives[k, best], np.nan, 0, settings.branches)
        tables.append(
            tuned.trials.assign(method=NAMES[method], beta=beta, chosen=tuned.step, edge=tuned.edge or "none")
        )
    return models, tables


def _stacked(draws):
    return (np.stack(part) for part in zip(*(draw["train"] for draw in draws), strict=True))


def _grid():
    side = np.linspace(-1.2, 1.2, 81)
    return np.column_stack([part.ravel() for part in (*np.meshgrid(side, side), np.ones((81, 81)))])


if __name__ == "__main__":
    run(compute_spirals)
