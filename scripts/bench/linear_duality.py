"""Time the deep linear dual against cvxpy on small instances, and at the size of MNIST: seconds and ratios.

Run alone, with BLAS on one thread so that ratios do not depend on the machine's cores (``make bench`` does):
``OMP_NUM_THREADS=1 python scripts/bench/linear_duality.py [--features 784 --samples 60000]``. Seconds are process CPU
time, the smallest of a few repetitions; nothing is asserted. The tables go to the screen and to
``reports/benchmarks/linear_duality*.csv``.
"""

import argparse
import time
from pathlib import Path

import cvxpy as cp
import numpy as np
import pandas as pd

from convexify.linear_duality.douglas_rachford import solve_dual
from convexify.linear_duality.primal import primal_value, recover_weights

TABLES = Path(__file__).parents[2] / "reports" / "benchmarks"


def small(repetitions=5):
    """Nuclear-norm form in cvxpy (Clarabel) against both methods, at full rank."""
    rng = np.random.default_rng(0)
    rows = []
    for inputs, outputs, samples, gamma in ((6, 4, 30, 1.0), (12, 8, 60, 2.0), (20, 15, 100, 3.0)):
        X, Y = rng.normal(size=(inputs, samples)), rng.normal(size=(outputs, samples))
        rank = min(inputs, outputs)

        def reference(X=X, Y=Y, gamma=gamma):
            W = cp.Variable((Y.shape[0], X.shape[0]))
            problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(Y - W @ X) + gamma * cp.normNuc(W @ X)))
            return problem.solve(solver=cp.CLARABEL)

        def ours(method, X=X, Y=Y, gamma=gamma, rank=rank):
            return solve_dual(X, Y, gamma, rank, method=method).value

        exact = ours("closed-form")
        row = {"problem": f"{inputs}×{samples}, {outputs} outputs"}
        for name, solve in (
            ("cvxpy", reference),
            ("douglas_rachford", lambda ours=ours: ours("douglas-rachford")),
            ("closed_form", lambda ours=ours: ours("closed-form")),
        ):
            seconds, value = _timed(solve, 1 if name == "cvxpy" else repetitions)
            row[f"{name}_seconds"], row[f"{name}_error"] = seconds, abs(value / exact - 1)
        row["cvxpy_over_douglas_rachford"] = row["cvxpy_seconds"] / row["douglas_rachford_seconds"]
        rows.append(row)
    return pd.DataFrame(rows)


def large(features, samples, outputs=10):
    """Solve, recover and evaluate at full size; generic data with some rows empty and some repeated."""
    rng = np.random.default_rng(1)
    X = rng.random(size=(features, samples))
    X[: features // 12] = 0
    X[-1] = X[-2]
    Y = np.eye(outputs)[rng.integers(outputs, size=samples)].T
    wall, start = time.perf_counter(), time.process_time()
    solution = solve_dual(X, Y, 5.0, outputs // 2)
    weights = recover_weights(X, Y, solution, [outputs, outputs // 2])
    Lambda = solution.Lambda
    cpu, wall = time.process_time() - start, time.perf_counter() - wall
    exact = solve_dual(X, Y, 5.0, outputs // 2, method="closed-form").value
    return pd.Series(
        {
            "cpu_seconds": cpu,
            "wall_seconds": wall,
            "iterations": solution.iterations,
            "dual_error": abs(solution.value / exact - 1),
            "primal_error": abs(primal_value(weights, X, Y, 5.0) / exact - 1),
            "spectral_norm_of_Lambda_over_gamma": np.linalg.norm(Lambda, 2) / 5.0,
        }
    )


def _timed(solve, repetitions):
    best, value = np.inf, None
    for _ in range(repetitions):
        start = time.process_time()
        value = solve()
        best = min(best, time.process_time() - start)
    return best, value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=int, default=784)
    parser.add_argument("--samples", type=int, default=60000)
    options = parser.parse_args()
    TABLES.mkdir(parents=True, exist_ok=True)
    against_cvxpy, full = small(), large(options.features, options.samples)
    against_cvxpy.to_csv(TABLES / "linear_duality.csv", index=False, float_format="%.6g")
    full.rename("value").to_csv(TABLES / "linear_duality_full_size.csv", index_label="quantity", float_format="%.6g")
    with pd.option_context("display.width", 200, "display.max_columns", 20):
        print(against_cvxpy.to_string(index=False, float_format="{:.3g}".format))
        print(f"\n{options.features} × {options.samples}: solve, recover weights, lift Λ")
        print(full.to_string(float_format="{:.4g}".format))


if __name__ == "__main__":
    main()
