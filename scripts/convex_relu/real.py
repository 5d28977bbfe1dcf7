"""One data set, binary and with all its classes: convex programs, gated programs, SGD and Adam at the same β."""

import time

import numpy as np
import pandas as pd
from problems import accuracy, problem

from convexify.convex_relu import solve
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.gates import patterns_of, sample_patterns
from convexify.convex_relu.networks.mapping import to_network
from convexify.seeds import integer_seed


def real_data(
    data,
    *,
    dataset,
    pairs,
    samples,
    test_samples,
    components,
    lam,
    n_patterns,
    epochs,
    batch,
    sgd_steps,
    adam_steps,
    tol,
    max_time,
    seed,
):
    """Table of results and, apart, table of runtimes: a row per task and method."""
    results, timings = [], []
    several = len(np.unique(data["y"])) > 2
    for task in ("binary", "all classes") if several else ("binary",):
        X, y, X_test, y_test = problem(
            data,
            components=components,
            samples=samples,
            test_samples=test_samples,
            pair=pairs[dataset] if task == "binary" else None,
            seed=integer_seed(seed, "convex_relu", dataset, "sample"),
        )
        shared = {"dataset": dataset, "task": task, "samples": len(X), "features": X.shape[1], "outputs": y.shape[1]}
        steps = {"SGD": sgd_steps, "Adam": adam_steps}
        started = time.perf_counter()
        for method, objective, prediction, gap, violation in fits(
            X,
            y,
            X_test,
            lam * len(X),
            n_patterns,
            steps,
            epochs,
            min(batch, len(X)),
            tol,
            max_time,
            integer_seed(seed, "convex_relu", dataset, "fits"),
        ):
            timings.append({**shared, "method": method, "seconds": time.perf_counter() - started})
            results.append(
                {
                    **shared,
                    "method": method,
                    "objective": objective / len(X),
                    "relative_gap": gap,
                    "violation": violation,
                    "test_accuracy": accuracy(prediction, y_test),
                }
            )
            started = time.perf_counter()
    return {"results": pd.DataFrame(results), "timings": pd.DataFrame(timings)}


def fits(X, y, X_test, beta, n_patterns, steps, epochs, batch, tol, max_time, seed):
    """Yields method, objective, test prediction, gap and violation of every method."""
    learned = []
    for method, lengths in steps.items():
        nets = [
            fit_networks(
                X,
                y,
                beta,
                2 * n_patterns,
                method=method.lower(),
                step=step,
                batch_size=batch,
                seed=seed,
                iterations=epochs * int(np.ceil(len(X) / batch)),
            )
            for step in lengths
        ]
        best = min((net for net in nets if not net.diverged), key=last_objective)
        learned.append(best)
        yield method, last_objective(best), best.predict(X_test), np.nan, np.nan
    patterns, gates = sample_patterns(X, n_patterns, seed, return_gates=True)
    shared = [patterns] * y.shape[1]
    yield "convex", *columns(X, y, shared, beta, X_test, tol, max_time)
    best = min(learned, key=last_objective)
    own = [np.hstack([patterns, patterns_of(hidden, X)]) for hidden in best.hidden]
    yield "convex, with the net's patterns", *columns(X, y, own, beta, X_test, tol, max_time)
    yield "gated", *columns(X, y, shared, beta, X_test, tol, max_time, gates)


def last_objective(networks):
    """Sum of the last objectives of all networks."""
    return networks.history.drop_duplicates("network", keep="last")["objective"].sum()


def columns(X, y, patterns, beta, X_test, tol, max_time, gates=None):
    """Objective, test prediction, gap and worst violation of one program for every column of ``y``."""
    solutions = [
        solve(X, column, own, beta, gated=gates is not None, tol=tol, max_time=max_time)
        for column, own in zip(y.T, patterns, strict=True)
    ]
    primal, dual = sum(s.primal for s in solutions), sum(s.dual for s in solutions)
    prediction = np.column_stack([to_network(s, gates=gates).predict(X_test) for s in solutions])
    return primal, prediction, (primal - dual) / primal, max(s.violation for s in solutions)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, real_data)  # noqa: F821
