"""Real data: Adam, SGD, sampled, gated and global training at the same β, and with λ chosen by validation."""

import math
import time
import warnings
from collections import namedtuple
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from _problems import falling_step, tuned_networks

from convexify.convex_relu.global_training.train import train_globally
from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.datasets.tasks import accuracy, component_task
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step
from convexify.warnings import ConvergenceWarning
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

#: Sum of objectives, certified gap, function that predicts, what a method adds to its row, histories of its runs.
Fit = namedtuple("Fit", "objective gap predict more histories", defaults=[{}, ()])
PENALTIES = [
    "dataset", "draw", "task", "samples", "features", "outputs", "method", "lam", "validation_loss", "test_accuracy",
    "objective", "chosen", "edge",
]  # fmt: skip


def compute_tasks(data, settings, device, seed):
    """Tables ``tasks``, ``penalties`` and, apart, ``seconds``: rows per data set, draw, task and method."""
    tables, share = {"tasks": [], "penalties": [], "seconds": []}, Share(settings)
    for (dataset, arrays), draw in product(zip(share.datasets, data, strict=True), share.draws):
        for name in ("binary", "all classes") if dataset in settings.all_classes else ("binary",):
            X, y, X_test, y_test = component_task(
                arrays,
                components=settings.components,
                samples=settings.samples,
                test_samples=settings.test_samples,
                pair=settings.pairs[dataset] if name == "binary" else None,
                seed=integer_seed(seed, "convex_relu", dataset, "sample", draw),
            )
            key = {"dataset": dataset, "draw": draw, "task": name}
            key |= {"samples": len(X), "features": X.shape[1], "outputs": y.shape[1]}
            root = integer_seed(seed, "global_training", dataset, name, draw)
            fits = list(_same_penalty(X, y, settings, root, device))
            steps = {method: fit.more.get("step") for method, fit, _ in fits}
            adam = fits[0][1].objective
            for method, fit, seconds in fits:
                result = {"objective": fit.objective / len(X), "test_accuracy": accuracy(fit.predict(X_test), y_test)}
                row = key | {"method": method} | result
                tables["tasks"].append(row | {"relative_gap": fit.gap} | fit.more)
                until = _seconds_until(adam, fit.histories) if name == "binary" else math.nan
                tables["seconds"].append(row | {"seconds": seconds, "seconds_until_below_adam": until})
            if name == "binary" and dataset in settings.validated:
                rows = _chosen_penalty(X, y, X_test, y_test, settings, steps, root, device)
                tables["penalties"] += [key | row for row in rows]
    penalties = pd.DataFrame(tables["penalties"], columns=PENALTIES)
    return {name: pd.DataFrame(rows) for name, rows in tables.items()} | {"penalties": penalties}


def _same_penalty(X, y, settings, seed, device):
    """Yields method, `Fit` and seconds of every method at the penalty ``settings.lam``, steps tuned."""
    beta = settings.lam * len(X)
    for method in ("Adam", "SGD"):
        started = time.perf_counter()
        networks, tuning = tuned_networks(
            X, y, beta, 2 * settings.n_patterns, method=method.lower(),
            start=settings.adam_step if method == "Adam" else settings.sgd_step,
            trials=settings.trials, iterations=settings.iterations, batch=_batch(method, settings), seed=seed,
            device=device,
        )  # fmt: skip
        more = {"step": tuning.step, "edge": tuning.edge or "", "diverged": tuning.diverged}
        fit = Fit(networks.final_objectives.sum(), math.nan, networks.predict, more)
        yield method, fit, time.perf_counter() - started
    for method, fit in _convex_methods(settings, seed, device).items():
        started = time.perf_counter()
        yield method, fit(X, y, beta), time.perf_counter() - started


def _chosen_penalty(X, y, X_test, y_test, settings, steps, seed, device):
    """Yields a row per method and λ tried: validation loss, test accuracy, which λ is chosen and whether at an edge.

    Steps of descent are those tuned at ``settings.lam``. The test part takes no part in the choice.
    """
    order = generator(seed, "validation").permutation(len(X))
    held_out = round(settings.validation_share * len(X))
    validation, train = order[:held_out], order[held_out:]
    methods = {
        method: partial(_at_step, method, steps[method], settings=settings, seed=seed, device=device)
        for method in ("Adam", "SGD")
    } | _convex_methods(settings, seed, device)
    for method, fit in methods.items():
        tried = {}

        def score(lam, fit=fit, tried=tried):
            answer = fit(X[train], y[train], lam * len(train))
            loss = float(0.5 * ((answer.predict(X[validation]) - y[validation]) ** 2).mean())
            tried[lam] = {"validation_loss": loss, "test_accuracy": accuracy(answer.predict(X_test), y_test)}
            tried[lam]["objective"] = answer.objective / len(train)
            return loss

        tuning = tune_step(score, start=settings.lam_start, trials=settings.lam_trials)
        for lam, row in sorted(tried.items()):
            chosen = {"chosen": lam == tuning.step, "edge": tuning.edge or ""}
            yield {"method": method, "lam": lam} | row | chosen


def _at_step(method, step, X, y, beta, *, settings, seed, device):
    networks = falling_step(
        X, y, beta, 2 * settings.n_patterns, method.lower(), step, settings.iterations, _batch(method, settings), seed,
        device,
    )  # fmt: skip
    return Fit(networks.final_objectives.sum(), math.nan, networks.predict)


def _batch(method, settings):
    """Full gradients for Adam, whose objective mini-batches only raise; mini-batches for SGD."""
    return settings.batch if method == "SGD" else None


def _convex_methods(settings, seed, device):
    """Name to a function of X, y and β that returns a `Fit`: one program for every column of ``y``."""

    def sampled(X, y, beta, gated):
        patterns, gates = sample_patterns(X, settings.n_patterns, seed, return_gates=True)
        options = {"gated": gated, "tol": settings.tol, "max_time": settings.max_time, "device": device}
        solutions = [solve(X, column, patterns, beta, **options) for column in y.T]
        primal, dual = sum(s.primal for s in solutions), sum(s.dual for s in solutions)
        networks = [to_network(s, gates=gates if gated else None) for s in solutions]
        return Fit(primal, (primal - dual) / primal, partial(_stacked, networks))

    def trained(X, y, beta):
        with warnings.catch_warnings():
            # expected in high rank: the gap stands in the table
            warnings.simplefilter("ignore", ConvergenceWarning)
            answers = [
                # rounds instead of seconds: the same answer on every machine
                train_globally(X, column, beta, tol=settings.global_tol, max_time=math.inf,
                               max_rounds=settings.max_rounds, pricing="local", seed=seed)
                for column in y.T
            ]  # fmt: skip
        objective, bound = sum(a.objective for a in answers), sum(a.lower_bound for a in answers)
        more = {
            "searched_gap": 1 - sum(a.searched_bound for a in answers) / objective,
            "neurons": sum(a.network.n_neurons for a in answers),
        }
        return Fit(objective, (objective - bound) / objective, partial(_stacked, [a.network for a in answers]), more,
                   [a.history for a in answers])  # fmt: skip

    return {"sampled": partial(sampled, gated=False), "gated": partial(sampled, gated=True), "global": trained}


def _seconds_until(objective, histories):
    """Seconds after which the only run was below an objective; NaN if it never was."""
    return min((history.seconds[history.objective < objective].min() for history in histories), default=math.nan)


def _stacked(networks, X):
    return np.column_stack([network.predict(X) for network in networks])


if __name__ == "__main__":
    run(compute_tasks)
