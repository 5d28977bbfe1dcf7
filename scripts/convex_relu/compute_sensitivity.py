"""What the choices of a user change: of the solver of one convex program, of λ, and of seeds at a tuned step."""

from dataclasses import replace

import numpy as np
import pandas as pd
from _problems import iterations_of, mean_squared_error, trials_table

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.tuned_training import tune_networks
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.regularization_path import regularization_path
from convexify.convex_relu.solvers.solve import solve
from convexify.datasets.tasks import accuracy, component_task
from convexify.seeds import generator, integer_seed
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_sensitivity(data, settings, device, seed):
    """Four tables: the same program solved in many ways, fits from several seeds, tuned steps, a regularisation path.

    ``same_program``: a row per draw of samples and way. ``sensitivity``: a row per draw, method and fit, as many of
    each method. ``sensitivity_trials``: a row per draw, method and step tried. ``path``: a row per draw and penalty.
    """
    same, fits, trials, path = [], [], [], []
    for draw in Share(settings).draws:
        stream = seed, "convex_relu", settings.dataset
        arrays = component_task(
            data,
            components=settings.components,
            samples=settings.samples,
            test_samples=settings.test_samples,
            pair=settings.pairs[settings.dataset],
            seed=integer_seed(*stream, "sample", draw),
        )
        same += [{"draw": draw} | row for row in _same_program(arrays, settings, (*stream, draw), draw == 0)]
        if draw < settings.path_draws:
            path_seed = integer_seed(*stream, "path", draw)
            path += [{"draw": draw} | row for row in _path(arrays, settings, path_seed, device)]
        for fit in range(settings.fits):
            patterns_seed = integer_seed(*stream, "patterns", draw, fit)
            fits.append({"draw": draw, "fit": fit} | _convex_fit(arrays, settings, patterns_seed, device))
        for method, start in (("sgd", settings.sgd_step), ("adam", settings.adam_step)):
            seeds = [integer_seed(*stream, "start", draw, method, fit) for fit in range(settings.fits)]
            found, tuning = _descent(arrays, settings, method, start, seeds, device)
            fits += [{"draw": draw, "fit": fit} | row for fit, row in enumerate(found)]
            trials.append(trials_table(tuning, draw=draw, method=method))
    table = pd.DataFrame(fits)
    convex = table[table["method"] == "convex"].groupby("draw")["objective"].median()
    return {
        "same_program": pd.DataFrame(same),
        "sensitivity": table.assign(relative_objective=table["objective"] / table["draw"].map(convex)),
        "sensitivity_trials": pd.concat(trials, ignore_index=True),
        "path": pd.DataFrame(path),
    }


def _same_program(arrays, settings, stream, with_cvxpy):
    """One program on the same patterns: solvers, starts, and orders of samples, features and patterns."""
    X, y, X_test, _ = arrays
    n, d = X.shape
    beta, tol = n * settings.lam, settings.tol
    patterns = sample_patterns(X, settings.n_patterns, integer_seed(*stream, "patterns"))
    base = solve(X, y[:, 0], patterns, beta, tol=tol)
    expected = to_network(base).predict(X_test)

    def row(choice, variant, solution, columns=slice(None)):
        found = to_network(solution).predict(X_test[:, columns])
        return {
            "choice": choice,
            "variant": variant,
            "objective": solution.primal / n,
            "lower_bound": solution.dual / n,
            "relative_gap": solution.gap,
            "violation": solution.violation,
            "prediction_difference": np.linalg.norm(found - expected) / np.linalg.norm(expected),
            "changed_classes": float((np.sign(found) != np.sign(expected)).mean()),
        }

    yield row("solver", "auto", base)
    for solver in ("interior", "newton", *(("cvxpy",) if with_cvxpy else ())):
        yield row("solver", solver, solve(X, y[:, 0], patterns, beta, tol=tol, solver=solver))
    for k in range(settings.variants):
        rng = generator(*stream, "variant", k)
        size = rng.standard_normal((2, *base.v.shape)) * np.abs(base.v).max()
        start = replace(base, v=size[0], w=size[1], nu=rng.standard_normal(n))
        yield row("start", str(k), solve(X, y[:, 0], patterns, beta, tol=tol, warm_start=start))
        order, columns, groups = rng.permutation(n), rng.permutation(d), rng.permutation(patterns.shape[1])
        shuffled = solve(X[order][:, columns], y[order, 0], patterns[order][:, groups], beta, tol=tol)
        yield row("order", str(k), shuffled, columns)


def _path(arrays, settings, seed, device):
    """A row per penalty of the path; the last fifth of the training samples is the validation part."""
    X, y, X_test, y_test = arrays
    kept = len(X) * 4 // 5
    parts = {"training": (X[:kept], y[:kept]), "validation": (X[kept:], y[kept:]), "test": (X_test, y_test)}
    patterns = sample_patterns(X[:kept], settings.n_patterns, seed)
    path = regularization_path(
        X[:kept],
        y[:kept, 0],
        patterns,
        settings.path_points,
        ratio=settings.path_ratio,
        tol=settings.tol,
        device=device,
    )
    for beta, solution, active in zip(path.betas, path.solutions, path.n_active, strict=True):
        network = to_network(solution)
        predicted = {part: network.predict(points)[:, None] for part, (points, _) in parts.items()}
        yield {
            "lam": beta / kept,
            "fraction": beta / path.beta_max,
            "objective": solution.primal / kept,
            "lower_bound": solution.dual / kept,
            "relative_gap": solution.gap,
            "violation": solution.violation,
            "active": active,
            **{f"{part}_error": 1 - accuracy(predicted[part], labels) for part, (_, labels) in parts.items()},
            "validation_loss": mean_squared_error(predicted["validation"], parts["validation"][1]),
        }


def _convex_fit(arrays, settings, seed, device):
    X, y, X_test, y_test = arrays
    patterns = sample_patterns(X, settings.n_patterns, seed)
    solution = solve(X, y[:, 0], patterns, len(X) * settings.lam, tol=settings.tol, device=device)
    return {
        "method": "convex",
        "diverged": False,
        "objective": solution.primal / len(X),
        "test_accuracy": accuracy(to_network(solution).predict(X_test)[:, None], y_test),
        "relative_gap": solution.gap,
        "violation": solution.violation,
    }


def _descent(arrays, settings, method, start, seeds, device):
    """A run for each seed with the step that is best for the first, which the seed of weights and batches changes."""
    X, y, X_test, y_test = arrays
    problem = X, y, len(X) * settings.lam, 2 * settings.n_patterns
    iterations = iterations_of(settings.epochs, len(X), settings.batch)
    options = {"method": method, "batch_size": settings.batch, "iterations": iterations, "device": device}
    _, tuning = tune_networks(*problem, start=start, trials=settings.trials, seed=seeds[0], **options)
    rows = []
    for seed in seeds:
        networks = fit_networks(*problem, step=tuning.step, seed=seed, **options)
        diverged = bool(networks.diverged[0])
        rows.append({
            "method": method,
            "diverged": diverged,
            "objective": np.nan if diverged else networks.final_objectives[0] / len(X),
            "test_accuracy": np.nan if diverged else accuracy(networks.predict(X_test), y_test),
            "relative_gap": np.nan,
            "violation": np.nan,
        })  # fmt: skip
    return rows, tuning


if __name__ == "__main__":
    run(compute_sensitivity)
