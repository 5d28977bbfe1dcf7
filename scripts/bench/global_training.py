"""Global training beside Adam, and the largest exact problems: one run, one thread, one process per case.

Run ``python scripts/bench/global_training.py``; ``--quick`` is two small cases and writes nothing, ``--parts adam`` or
``exact`` limits it. Needs prepared data (``snakemake data/prepared/mnist.npz`` and so on); sets that are missing are
listed as such. The table goes to the screen and to ``reports/benchmarks/global_training.csv``.

- adam: the binary tasks of the experiment ``convex_relu`` (400 samples, 20 principal components and a constant). Adam
  at width 100, the best of a logarithmic grid of steps, against `train_globally` with the time of that whole grid;
  ``below_adam`` is 1 - objective / Adam's. ``violation`` comes from a fresh search of 10,000 starts.
- exact: all images of a set, odd or even classes, on its first principal components and a constant, with a proved gap.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "reports" / "benchmarks" / "global_training.csv"
PAIRS = {
    "sonar": [0, 1], "ionosphere": [0, 1], "pima": [0, 1], "glass": [0, 1], "mnist": [3, 8], "fashion_mnist": [0, 6],
    "cifar10": [3, 5], "digits": [3, 8], "breast_cancer": [0, 1],
}  # fmt: skip
LAMBDAS = (1e-3, 1e-2)
STEPS = (0.001, 0.003, 0.01, 0.03)
EXACT = {1: (1e-6, 60), 2: (1e-5, 300), 3: (1e-3, 900)}  # components: tolerance and seconds granted
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def load(case):
    import numpy as np

    with np.load(Path(case["data"]) / f"{case['dataset']}.npz") as file:
        return dict(file)


def against_adam(case):
    """One row: Adam's tuned grid, then global training within its time."""
    import numpy as np

    from convexify.convex_relu.global_training import train_globally
    from convexify.convex_relu.global_training.ascent import ascend
    from convexify.convex_relu.global_training.problem import build_problem
    from convexify.convex_relu.networks.network_training import fit_networks
    from convexify.convex_relu.networks.optimality import network_objective

    sys.path.insert(0, str(ROOT / "scripts" / "convex_relu"))
    from problems import problem

    X, y, _, _ = problem(load(case), components=20, samples=400, test_samples=10, pair=PAIRS[case["dataset"]], seed=0)
    n, beta = len(X), case["lam"] * len(X)
    started = time.perf_counter()
    batch = min(32, n)
    fits = [
        fit_networks(X, y, beta, 100, method="adam", step=step, iterations=150 * n // batch, batch_size=batch)
        for step in STEPS
    ]
    adam = min(network_objective(fit.network(0), X, y[:, 0], beta) for fit in fits if not fit.diverged)
    granted = time.perf_counter() - started
    answer = train_globally(X, y[:, 0], beta, tol=1e-4, max_time=granted)
    sooner = answer.history[answer.history.objective < adam].seconds.min()
    scaled, _ = build_problem(X, y, beta, "squared")
    starts = np.random.default_rng(1).standard_normal((scaled.rank, 10_000))
    nu = (y - answer.network.predict(X)[:, None]) / scaled.unit_y
    _, values = ascend(scaled, nu, starts, starts[:, :1], iterations=50)
    return {
        "samples": n, "objective": answer.objective / n, "adam_objective": adam / n,
        "below_adam": 1 - answer.objective / adam, "seconds": answer.seconds, "adam_seconds": granted,
        "seconds_to_adam": sooner, "gap": answer.gap, "exact": answer.exact, "neurons": answer.network.n_neurons,
        "violation": max(0.0, values[0] / scaled.beta - 1),
    }  # fmt: skip


def proved(case):
    """One row: the best network of any width on all images, with its proof."""
    import numpy as np

    from convexify.convex_relu.global_training import train_globally

    data = load(case)
    images = data["X"].reshape(len(data["X"]), -1).astype(float)
    images -= images.mean(axis=0)
    _, vectors = np.linalg.eigh(images.T @ images)
    X = images @ vectors[:, ::-1][:, : case["components"]]
    X = np.column_stack([X / np.sqrt((X**2).sum(axis=1).mean()), np.ones(len(X))])
    y = np.where(data["y"] % 2 == 1, 1.0, -1.0)
    tol, seconds = EXACT[case["components"]]
    answer = train_globally(X, y, case["lam"] * len(X), tol=tol, max_time=seconds)
    return {
        "samples": len(X), "objective": answer.objective / len(X), "seconds": answer.seconds, "gap": answer.gap,
        "exact": answer.exact, "neurons": answer.network.n_neurons, "violation": answer.violation_found,
    }  # fmt: skip


def run_case(case):
    """The row of one case, with processor time and peak memory of this process."""
    row = (proved if case["part"] == "exact" else against_adam)(case)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**row, "processor_seconds": time.process_time(), "peak_memory_mb": peak, "note": ""}


def run_in_own_process(case):
    """`run_case` in a fresh process with one thread; what went wrong becomes the row's note."""
    if not (Path(case["data"]) / f"{case['dataset']}.npz").exists():
        return {"note": "skipped: not prepared"}
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    command = [sys.executable, __file__, "--case", json.dumps(case)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        return {"note": f"failed: {last[0][:100]}"}
    return json.loads(done.stdout.splitlines()[-1])


def cases(parts, quick):
    """Every case of the table."""
    if "adam" in parts:
        for dataset in ["digits", "breast_cancer"] if quick else PAIRS:
            for lam in LAMBDAS[1:] if quick else LAMBDAS:
                yield {"part": "adam", "dataset": dataset, "lam": lam}
    if "exact" in parts and not quick:
        for components in EXACT:
            for dataset in ("mnist", "fashion_mnist", "cifar10") if components < 3 else ("mnist",):
                yield {"part": "exact", "dataset": dataset, "lam": 1e-3, "components": components}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=("adam", "exact"), default=["adam", "exact"])
    parser.add_argument("--data", default=str(ROOT / "data" / "prepared"))
    parser.add_argument("--quick", action="store_true", help="two small cases; nothing is written")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            print(json.dumps(run_case(json.loads(arguments.case)), default=float))
        return
    import pandas as pd

    rows = []
    for case in cases(arguments.parts, arguments.quick):
        row = run_in_own_process({**case, "data": arguments.data})
        rows.append({**case, **row})
        shown = (
            "part",
            "dataset",
            "lam",
            "components",
            "objective",
            "below_adam",
            "gap",
            "violation",
            "seconds",
            "note",
        )
        print("·", *(f"{v:.4g}" if isinstance(v := rows[-1].get(k, ""), float) else str(v) for k in shown), flush=True)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.4g}"))
    if not arguments.quick:
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(TABLE, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
