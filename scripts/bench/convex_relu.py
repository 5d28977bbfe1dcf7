"""Convex ReLU solvers side by side: one run, one thread, one process per case, one certificate for all answers.

Run ``python scripts/bench/convex_relu.py``; ``--sizes s m l`` limits the sizes, ``--quick`` is ``--sizes s`` once. The
table goes to the screen and to ``reports/benchmarks/convex_relu.csv``. Programs are scaled by 1/(2n):
1/(2n)‖ΣD_iX(v_i−w_i)−y‖² + λΣ(‖v_i‖+‖w_i‖). Seconds are medians: for this project's solver of the whole call with
checks, repair and certificate, for cvxpy of the modelling and Clarabel at its default tolerances, without a
certificate. Ratios are of processor time, which other work on the machine disturbs least.
"""

import argparse
import time

from _cases import in_own_process, peak_memory_mb, print_row, publish, show

SIZES = {"s": (200, 20, 50), "m": (1000, 50, 100), "l": (5000, 100, 200)}
PENALTY = {"cones": 0.03, "gated": 0.2}
CONDITIONING = {"plain": 1.0, "scaled columns": 0.1, "correlated features": 1.0}  # and the factor on lambda
SOLVERS = ("convexify", "clarabel")
SKIPPED = {("clarabel", "l"): "skipped: cvxpy needs more memory than 16 GB to compile it"}


def benchmark_data(shape, conditioning):
    """Gaussian rows, targets of a teacher network of ten neurons with 10 % noise, patterns of Gaussian gates.

    ``shape`` is samples, features, patterns.
    """
    import numpy as np

    n, d, p = shape
    random = np.random.default_rng(0)
    X = random.standard_normal((n, d))
    if conditioning == "correlated features":
        X = X @ np.linalg.cholesky(0.9 + 0.1 * np.eye(d)).T
    W = random.standard_normal((d, 10)) / np.sqrt(d)
    a = random.choice([-1.0, 1.0], 10)
    y = np.maximum(X @ W, 0) @ a
    y += 0.1 * y.std() * random.standard_normal(n)
    patterns = X @ random.standard_normal((d, p)) > 0
    if conditioning == "scaled columns":
        X = X * np.logspace(0, -2, d)
    return X, y, patterns


def run_case(case):
    """Solve one case ``repeats`` times in this process; the row of the table as a dict.

    A case may bring a ``shape`` and a ``beta`` of its own in place of those of its size.
    """
    import numpy as np

    from convexify.convex_relu.programs.certificates import certify_point
    from convexify.convex_relu.programs.convex_program import build_program
    from convexify.convex_relu.solvers.cvxpy_reference import solve_with_cvxpy
    from convexify.convex_relu.solvers.solve import solve

    X, y, patterns = benchmark_data(case.get("shape") or SIZES[case["size"]], case["conditioning"])
    gated = case["form"] == "gated"
    beta = case.get("beta") or len(X) * PENALTY[case["form"]] * CONDITIONING[case["conditioning"]]
    if case["solver"] == "clarabel":
        import cvxpy  # noqa: F401  (its import is not what is measured)
    wall, processor = [], []
    for _ in range(case["repeats"]):
        start = time.perf_counter(), time.process_time()
        if case["solver"] == "convexify":
            answer = solve(X, y, patterns, beta, gated=gated, tol=case["tol"])
            v, w, nu, multipliers, gap = answer.v, answer.w, answer.nu, None, answer.gap
        else:
            program = build_program(X, y, patterns, beta, gated=gated)
            v, w, nu, multipliers, _ = solve_with_cvxpy(program, tolerance=1e-8)
            gap = np.inf
        wall.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    peak = peak_memory_mb()
    certified = certify_point(X, y, patterns, beta, v, w, nu=nu, multipliers=multipliers, gated=gated)
    return {
        "objective": certified.primal / len(X),
        "seconds": float(np.median(wall)),
        "processor_seconds": float(np.median(processor)),
        "relative_gap": min(certified.gap, gap),
        "violation": certified.violation,
        "peak_memory_mb": peak,
        "note": "",
    }


def cases(sizes, conditionings, repeats):
    """Every case of the table, cheapest size first."""
    for size in sizes:
        for form in PENALTY:
            for conditioning in conditionings:
                for solver in SOLVERS:
                    heavy = size == "l" or (solver, size) == ("clarabel", "m")
                    yield {
                        "form": form, "size": size, "conditioning": conditioning, "solver": solver,
                        "tol": 1e-4 if (form, size) == ("cones", "l") else 1e-6, "repeats": 1 if heavy else repeats,
                    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--conditioning", nargs="+", choices=CONDITIONING, default=list(CONDITIONING))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="size s once; nothing is written")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print_row(run_case, arguments.case)
        return
    import pandas as pd

    sizes, repeats = (["s"], 1) if arguments.quick else (arguments.sizes, arguments.repeats)
    rows = []
    for case in cases(sizes, arguments.conditioning, repeats):
        skipped = SKIPPED.get((case["solver"], case["size"]))
        rows.append({**case, **({"note": skipped} if skipped else in_own_process(__file__, case))})
        show(rows[-1], ("form", "size", "conditioning", "solver", "seconds", "note"))
    table = pd.DataFrame(rows)
    keys = ["form", "size", "conditioning"]
    yardstick = table[table.solver == "clarabel"].set_index(keys).processor_seconds
    table["times_faster_than_clarabel"] = [
        yardstick.get(tuple(row), float("nan")) / own
        for row, own in zip(table[keys].itertuples(index=False), table.processor_seconds, strict=True)
    ]
    publish(table.drop(columns=["repeats"]), "convex_relu", write=not arguments.quick)


if __name__ == "__main__":
    main()
