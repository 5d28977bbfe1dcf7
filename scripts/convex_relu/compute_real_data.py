"""One data set, binary and with all its classes: convex programs, gated programs, SGD and Adam at the same β."""

import time
from itertools import product

import numpy as np
import pandas as pd
from _problems import accuracy, best_networks, problem

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.patterns.gates import patterns_of, sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import integer_seed
from convexify_workflow.job import run


def compute_real_data(data, dataset, settings, device, seed):
    """Table of results and, apart, of runtimes: a row per draw of samples, task and method."""
    results, seconds = [], []
    tasks = ("binary", "all classes") if len(np.unique(data["y"])) > 2 else ("binary",)
    for draw, task in product(range(settings.draws), tasks):
        X, y, X_test, y_test = problem(
            data,
            components=settings.components,
            samples=settings.samples,
            test_samples=settings.test_samples,
            pair=settings.pairs[dataset] if task == "binary" else None,
            seed=integer_seed(seed, "convex_relu", dataset, "sample", draw),
        )
        shared = {"dataset": dataset, "draw": draw, "task": task}
        shared |= {"samples": len(X), "features": X.shape[1], "outputs": y.shape[1]}
        fits = _fits(X, y, X_test, settings, integer_seed(seed, "convex_relu", dataset, "fits", draw), device)
        started = time.perf_counter()
        for fit in fits:
            seconds.append(shared | {"method": fit["method"], "seconds": time.perf_counter() - started})
            fit["test_accuracy"] = accuracy(fit.pop("prediction"), y_test)
            results.append(shared | fit)
            started = time.perf_counter()
    return {"real": _with_ratio(pd.DataFrame(results)), "seconds": pd.DataFrame(seconds)}


def _fits(X, y, X_test, settings, seed, device):
    """Yields method, objective divided by n, gap, violation and test prediction of every method."""
    n, beta, options = len(X), settings.lam * len(X), {"seed": seed, "device": device}
    trained = []
    for method, steps in (("SGD", settings.sgd_steps), ("Adam", settings.adam_steps)):
        schedule = {"steps": steps, "epochs": settings.epochs, "batch": settings.batch}
        best = best_networks(X, y, beta, 2 * settings.n_patterns, method=method.lower(), **schedule, **options)
        trained.append(best)
        yield {
            "method": method,
            "objective": best.final_objectives.sum() / n,
            "relative_gap": np.nan,
            "violation": np.nan,
            "prediction": best.predict(X_test),
        }

    def program(method, patterns, gates=None):
        """One convex program for every column of ``y``."""
        solutions = [
            solve(X, column, own, beta, gated=gates is not None, tol=settings.tol, max_time=settings.max_time,
                  device=device)
            for column, own in zip(y.T, patterns, strict=True)
        ]  # fmt: skip
        primal, dual = sum(s.primal for s in solutions), sum(s.dual for s in solutions)
        return {
            "method": method,
            "objective": primal / n,
            "relative_gap": (primal - dual) / primal,
            "violation": max(s.violation for s in solutions),
            "prediction": np.column_stack([to_network(s, gates=gates).predict(X_test) for s in solutions]),
        }

    patterns, gates = sample_patterns(X, settings.n_patterns, seed, return_gates=True)
    yield program("convex", [patterns] * y.shape[1])
    best = min(trained, key=lambda networks: networks.final_objectives.sum())
    own = [np.hstack([patterns, patterns_of(hidden, X)]) for hidden in best.hidden]
    yield program("convex, with the net's patterns", own)
    yield program("gated", [patterns] * y.shape[1], gates)


def _with_ratio(results):
    """With the objective over that of the convex program on sampled patterns, task by task."""
    convex = results[results["method"] == "convex"][["draw", "task", "objective"]]
    results = results.merge(convex.rename(columns={"objective": "reference"}), on=["draw", "task"])
    return results.assign(ratio=results["objective"] / results.pop("reference"))


if __name__ == "__main__":
    run(compute_real_data)
