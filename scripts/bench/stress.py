"""Random convex programs of every kind: no answer may be above its tolerance without a word.

``python scripts/bench/stress.py [--programs 2000] [--seed 0] [--time 20]``, part of ``make bench``: three losses, with
cones and gated, one to three outputs, penalties from the one from which on zero is the answer down to 1e-4 of it,
units from 1e-6 to 1e6, and a share of awkward data: duplicate and zero rows, columns that depend on each other,
constant targets, patterns that no weight vector has. Every gap is computed again from the answer's weights and dual
point by projections with non-negative least squares, which share nothing with the solvers. One thread for each process.
Counts go to ``reports/benchmarks/stress.csv``.
"""

import argparse
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
from _cases import publish
from scipy.optimize import nnls
from scipy.special import xlogy
from threadpoolctl import threadpool_limits

from convexify.convex_relu.solvers.regularization_path import beta_max
from convexify.convex_relu.solvers.solve import solve
from convexify.warnings import ConvergenceWarning

LOSSES = ("squared", "logistic", "hinge")
TOLERANCES = (1e-4, 1e-6)
AWKWARD = ("none", "duplicate rows", "zero rows", "dependent columns", "constant targets", "impossible patterns")
ROOM = 1.001  # for rounding of a gap computed another way


def program(seed):
    """Arguments of `solve` for one random program, and what is said about it in the table."""
    random = np.random.default_rng([2000, seed])
    n, d, p, c = random.integers([2, 1, 1, 1], [60, 9, 30, 4])
    X = random.standard_normal((n, d)) * np.exp(random.uniform(-1, 1, d))
    loss, gated = str(random.choice(LOSSES)), bool(random.integers(2))
    awkward = str(random.choice(AWKWARD, p=[0.5, *[0.1] * 5]))
    targets = random.standard_normal((n, c)) + np.abs(X @ random.standard_normal((d, c)))
    if awkward == "duplicate rows":
        X[n // 2 :] = X[: n - n // 2]
    elif awkward == "zero rows":
        X[::3] = 0.0
    elif awkward == "dependent columns":
        X[:, d // 2 :] = X[:, :1] * random.standard_normal(d - d // 2)
    elif awkward == "constant targets":
        targets[:] = 1.0
    gates = random.standard_normal((d, p))
    patterns = random.integers(0, 2, (n, p)).astype(bool) if awkward == "impossible patterns" else X @ gates >= 0
    units = 10.0 ** random.uniform(-6, 6, 2)
    y = targets * units[1] if loss == "squared" else np.where(targets > np.median(targets), 1.0, -1.0)
    if loss != "squared":
        y[0], y[1] = 1.0, -1.0  # both classes in every column
    share, tol = float(10.0 ** random.uniform(-4, 0)), float(random.choice(TOLERANCES))
    facts = {"loss": loss, "gated": gated, "awkward": awkward, "tol": tol, "weak": share < 1e-2}
    return (X * units[0], y, patterns), share, facts


def independent_gap(X, y, patterns, beta, answer, facts):
    """Relative gap and relative violation from the answer's numbers alone."""
    n, p = patterns.shape
    y = y.reshape(n, -1)
    v = answer.v.reshape(X.shape[1], p, -1)
    blocks = [v] if answer.w is None else [v, -answer.w.reshape(v.shape)]
    f = sum(patterns[:, [i]] * (X @ block[:, i]) for block in blocks for i in range(p))
    penalty = beta * sum(float(np.linalg.norm(block[:, i])) for block in blocks for i in range(p))
    nu = answer.nu.reshape(y.shape)
    largest = 0.0
    for i in range(p):
        signs = 2.0 * patterns[:, i] - 1.0
        for sign in (1.0,) if facts["gated"] else (1.0, -1.0):
            parts = sign * (X.T @ (patterns[:, [i]] * nu))
            if not facts["gated"]:
                scale = np.abs(X).max() or 1.0
                cone = -(X / scale).T * signs
                size = np.abs(parts).max() or 1.0
                parts = np.array([nnls(cone, part / size, maxiter=100 * n)[1] * size for part in parts.T])
            largest = max(largest, float(np.linalg.norm(parts)))
    nu = nu * min(1.0, beta / largest if largest > 0 else 1.0)
    a = np.clip(y * nu, 0.0, 1.0)
    loss, dual = {
        "squared": lambda: (0.5 * np.sum((f - y) ** 2), np.sum(nu * y) - 0.5 * np.sum(nu**2)),
        "logistic": lambda: (np.sum(np.logaddexp(0.0, -y * f)), -np.sum(xlogy(a, a) + xlogy(1 - a, 1 - a))),
        "hinge": lambda: (np.sum(np.maximum(0.0, 1.0 - y * f)), np.sum(a)),
    }[facts["loss"]]()
    primal = float(loss) + penalty
    outside = 0.0
    if not facts["gated"]:
        rows = [
            (2.0 * patterns[:, [i]] - 1.0) * (X @ (sign * block[:, i]))
            for sign, block in zip((1.0, -1.0), blocks, strict=True) for i in range(p)
        ]  # fmt: skip
        size = np.linalg.norm(X) * sum(np.linalg.norm(block) for block in blocks)
        outside = float(np.linalg.norm(np.minimum(rows, 0.0))) / size if size else 0.0
    return max(0.0, primal - float(dual)) / primal if primal > 0 else 0.0, outside


def run(job):
    """The row of one program."""
    seed, max_time = job
    (X, y, patterns), share, facts = program(seed)
    largest = beta_max(X, y, patterns, gated=facts["gated"], loss=facts["loss"])
    # Where zero is the answer to every penalty any one will do.
    beta = share * largest if largest > 0 else share * float(np.linalg.norm(X)) * float(np.linalg.norm(y))
    beta = beta if beta > 0 else share
    started = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = solve(
            X, y, patterns, beta, gated=facts["gated"], loss=facts["loss"], tol=facts["tol"], max_time=max_time
        )  # fmt: skip
    seconds = time.perf_counter() - started
    gap, outside = independent_gap(X, y, patterns, beta, answer, facts)
    said = any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    above = not gap <= ROOM * facts["tol"]
    return facts | {
        "seed": seed, "programs": 1, "within": not above, "above_and_said": above and said,
        "above_unsaid": above and not said, "gap_over_tol": gap / facts["tol"],
        "differs": abs(gap - answer.gap) / facts["tol"], "violation": outside, "seconds": seconds,
    }  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="programs are those from 10,000 times this on")
    parser.add_argument("--time", type=float, default=20.0, help="seconds granted to each program")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dry", action="store_true", help="write no table")
    options = parser.parse_args(arguments)
    jobs = [(10_000 * options.seed + k, options.time) for k in range(options.programs)]
    with ProcessPoolExecutor(options.processes, initializer=threadpool_limits, initargs=(1,)) as pool:
        rows = pd.DataFrame(pool.map(run, jobs, chunksize=10))
    for row in rows[~rows["within"]].itertuples():
        print(f"seed {row.seed}: {'said' if row.above_and_said else 'UNSAID'}, gap {row.gap_over_tol:.3g} tol: {row}")
    table = rows.groupby(["loss", "gated"], as_index=False).agg(
        programs=("programs", "sum"), weak=("weak", "sum"), awkward=("awkward", lambda kind: (kind != "none").sum()),
        within=("within", "sum"), above_and_said=("above_and_said", "sum"), above_unsaid=("above_unsaid", "sum"),
        largest_gap_over_tol=("gap_over_tol", "max"), largest_violation=("violation", "max"),
        median_seconds=("seconds", "median"), largest_seconds=("seconds", "max"),
    )  # fmt: skip
    publish(table, "stress", write=not options.dry)
    return int(rows["above_unsaid"].any())


if __name__ == "__main__":
    raise SystemExit(main())
