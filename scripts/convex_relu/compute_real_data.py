"""One data set, binary and with all its classes: convex programs, gated programs, SGD and Adam at the same β.

For the binary task also at the β that each method's validation loss chooses: test accuracy against test accuracy.
"""

import time
from itertools import product

import numpy as np
import pandas as pd
from _problems import iterations_of, mean_squared_error, trials_table

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.networks.tuned_training import tune_networks
from convexify.convex_relu.patterns.gates import patterns_of, sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.datasets.tasks import accuracy, component_task
from convexify.seeds import integer_seed
from convexify.tuning import tune_step
from convexify_workflow.job import run


def compute_real_data(data, dataset, settings, device, seed):
    """Tables of results and, apart, of runtimes: a row per draw of samples, task and method; and of tuned steps.

    ``real_validated``: a row per draw and method of the binary task, with λ chosen on a validation part.
    """
    results, seconds, trials, validated = [], [], [], []
    tasks = ("binary", "all classes") if len(np.unique(data["y"])) > 2 else ("binary",)
    for draw, task in product(range(settings.draws), tasks):
        X, y, X_test, y_test = component_task(
            data,
            components=settings.components,
            samples=settings.samples,
            test_samples=settings.test_samples,
            pair=settings.pairs[dataset] if task == "binary" else None,
            seed=integer_seed(seed, "convex_relu", dataset, "sample", draw),
        )
        shared = {"dataset": dataset, "draw": draw, "task": task}
        shared |= {"samples": len(X), "features": X.shape[1], "outputs": y.shape[1]}
        fit_seed = integer_seed(seed, "convex_relu", dataset, "fits", draw)
        fits = _fits(X, y, X_test, settings, fit_seed, device)
        started = time.perf_counter()
        for fit in fits:
            seconds.append(shared | {"method": fit["method"], "seconds": time.perf_counter() - started})
            fit["test_accuracy"] = accuracy(fit.pop("prediction"), y_test)
            if (tuning := fit.pop("tuning", None)) is not None:
                trials.append(
                    trials_table(tuning, **{k: shared[k] for k in ("dataset", "draw", "task")}, method=fit["method"])
                )
            results.append(shared | fit)
            started = time.perf_counter()
        if task == "binary":
            rows = _validated((X, y, X_test, y_test), settings, fit_seed, device)
            validated += [{"dataset": dataset, "draw": draw} | row for row in rows]
    return {
        "real": _with_ratio(pd.DataFrame(results)),
        "real_trials": pd.concat(trials, ignore_index=True),
        "real_validated": pd.DataFrame(validated),
        "seconds": pd.DataFrame(seconds),
    }


def _fits(X, y, X_test, settings, seed, device):
    """Yields method, objective divided by n, gap, violation and test prediction of every method.

    The step of SGD and of Adam is tuned on the training objective, with as many trials each.
    """
    n, beta = len(X), settings.lam * len(X)
    trained = []
    for method in ("SGD", "Adam"):
        best, tuning = _descent(X, y, beta, method, settings, seed, device)
        trained.append(best)
        yield {
            "method": method,
            "objective": best.final_objectives.sum() / n,
            "relative_gap": np.nan,
            "violation": np.nan,
            "prediction": best.predict(X_test),
            "tuning": tuning,
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


def _descent(X, y, beta, method, settings, seed, device):
    """Networks with the step that reaches the lowest total training objective, and the tuning."""
    return tune_networks(
        X,
        y,
        beta,
        2 * settings.n_patterns,
        start=settings.sgd_step if method == "SGD" else settings.adam_step,
        trials=settings.trials,
        method=method.lower(),
        batch_size=min(settings.batch, len(X)),
        iterations=iterations_of(settings.epochs, len(X), settings.batch),
        seed=seed,
        device=device,
    )


def _validated(arrays, settings, seed, device):
    """A row per method: λ with the least validation loss, the loss itself and the accuracy on test data.

    The first four fifths of the training samples are fitted, the rest is the validation part; no refit on all of them.
    At each λ the step of SGD and Adam is tuned on the training objective.
    """
    X, y, X_test, y_test = arrays
    kept = len(X) * 4 // 5
    X, X_validation, y, y_validation = X[:kept], X[kept:], y[:kept], y[kept:]
    patterns = sample_patterns(X, settings.n_patterns, seed)

    def convex(lam):
        solution = solve(X, y[:, 0], patterns, lam * kept, tol=1e-4, max_time=settings.max_time, device=device)
        return lambda points: to_network(solution).predict(points)[:, None]

    def descent(method):
        return lambda lam: _descent(X, y, lam * kept, method, settings, seed, device)[0].predict

    for method, fit in (("convex", convex), ("SGD", descent("SGD")), ("Adam", descent("Adam"))):
        fits = {}

        def loss(lam, fit=fit, fits=fits):
            fits[lam] = fit(lam)
            return mean_squared_error(fits[lam](X_validation), y_validation)

        tuning = tune_step(loss, start=settings.validated_lam, trials=settings.validated_trials)
        yield {
            "method": method,
            "lam": tuning.step,
            "edge": tuning.edge or "",
            "validation_loss": tuning.score,
            "test_accuracy": accuracy(fits[tuning.step](X_test), y_test),
        }


def _with_ratio(results):
    """With the objective over that of the convex program on sampled patterns, task by task."""
    convex = results[results["method"] == "convex"][["draw", "task", "objective"]]
    results = results.merge(convex.rename(columns={"objective": "reference"}), on=["draw", "task"])
    return results.assign(ratio=results["objective"] / results.pop("reference"))


if __name__ == "__main__":
    run(compute_real_data)
