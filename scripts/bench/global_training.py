"""Global training beside Adam, and the largest exact problems: one run, one thread, one process per case.

Run ``python scripts/bench/global_training.py``; ``--quick`` is two small cases and writes nothing, ``--parts adam`` or
``exact`` limits it, so do ``--sets`` and ``--components``. Needs prepared data (``snakemake data/prepared/mnist.npz``
and so on); sets that are missing are listed as such. The table goes to the screen and to
``reports/benchmarks/global_training.csv``.

- adam: the tasks of the experiment ``convex_relu`` (400 samples, 20 principal components and a constant), two classes
  or ``classes`` all of them, a network for each against the rest. Adam of width 100 with full gradients, its step
  falling to 0 and tuned by `tune_step`, against `train_globally` with the time of all those trials, which the classes
  share; ``below_adam`` is 1 - objective / Adam's. ``violation``, the largest of the classes, is a fresh search's.
- exact: all images of a set, odd or even classes, on its first principal components and a constant, with a proved gap.
"""

import argparse
import sys
import time
from pathlib import Path

from _cases import in_own_process, peak_memory_mb, print_row, publish, show

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "global_training"))
PAIRS = {
    "sonar": [0, 1], "ionosphere": [0, 1], "pima": [0, 1], "glass": [0, 1], "mnist": [3, 8], "fashion_mnist": [0, 6],
    "cifar10": [3, 5], "digits": [3, 8], "breast_cancer": [0, 1],
}  # fmt: skip
ALL_CLASSES = ("glass", "digits", "mnist", "fashion_mnist", "cifar10")
LAMBDAS = (1e-3, 1e-2)
TRIALS, ITERATIONS = 5, 1000
FRESH_STARTS = 10_000
EXACT = {1: (1e-6, 60), 2: (1e-5, 300), 3: (1e-3, 900)}  # components: tolerance and seconds granted


def load(case):
    import numpy as np

    with np.load(Path(case["data"]) / f"{case['dataset']}.npz") as file:
        return dict(file)


def against_adam(case):
    """One row: Adam's tuned grid, then global training within its time."""
    import numpy as np
    from _problems import tuned_networks

    from convexify.convex_relu.global_training import train_globally
    from convexify.datasets.tasks import component_task

    pair = PAIRS[case["dataset"]] if case["classes"] == "pair" else None
    X, y, _, _ = component_task(load(case), components=20, samples=400, test_samples=10, pair=pair, seed=0)
    n, beta = len(X), case["lam"] * len(X)
    started = time.perf_counter()
    networks, tuning = tuned_networks(
        X,
        y,
        beta,
        100,
        method="adam",
        start=0.05,
        trials=TRIALS,
        iterations=ITERATIONS,
        batch=None,
        seed=0,
        device="cpu",
    )
    adam, granted = float(networks.final_objectives.sum()), time.perf_counter() - started
    answers, violation, spent = [], 0.0, 0.0
    for k, column in enumerate(y.T):
        answers.append(train_globally(X, column, beta, tol=1e-4, max_time=(granted - spent) / (y.shape[1] - k)))
        spent += answers[-1].seconds
        violation = max(violation, violation_of(answers[-1].network, X, column, beta))
    objective = sum(answer.objective for answer in answers)
    row = {
        "samples": n, "objective": objective / n, "adam_objective": adam / n, "adam_edge": tuning.edge or "",
        "below_adam": 1 - objective / adam, "seconds": spent, "adam_seconds": granted, "violation": violation,
        "gap": 1 - sum(answer.lower_bound for answer in answers) / objective, "exact": all(a.exact for a in answers),
        "neurons": np.mean([answer.network.n_neurons for answer in answers]),
    }  # fmt: skip
    if len(answers) == 1:
        history = answers[0].history
        row["seconds_to_adam"] = history[history.objective < adam].seconds.min()
    return row


def violation_of(network, X, y, beta):
    """By how much the dual constraint is violated at most, relative to ``beta``, as a search of its own finds."""
    import numpy as np

    from convexify.convex_relu.global_training.ascent import ascend
    from convexify.convex_relu.global_training.problem import build_problem

    scaled, _ = build_problem(X, y, beta, "squared")
    starts = np.random.default_rng(1).standard_normal((scaled.rank, FRESH_STARTS))
    nu = (y - network.predict(X))[:, None] / scaled.unit_y
    _, values = ascend(scaled, nu, starts, starts[:, :1], iterations=50)
    return max(0.0, values[0] / scaled.beta - 1)


def proved(case):
    """One row: the best network of any width on all images, with its proof."""
    import numpy as np
    from _problems import few_components, leading_components

    from convexify.convex_relu.global_training import train_globally

    data = load(case)
    images = data["X"].reshape(len(data["X"]), -1)
    X = few_components(leading_components(images, case["components"]), case["components"])
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
    return {**row, "processor_seconds": time.process_time(), "peak_memory_mb": peak_memory_mb(), "note": ""}


def cases(parts, sets, components, quick):
    """Every case of the table."""
    if "exact" in parts and not quick:
        for few in components:
            for dataset in ("mnist", "fashion_mnist", "cifar10"):
                if dataset in sets:
                    yield {"part": "exact", "dataset": dataset, "lam": 1e-3, "components": few}
    if "adam" in parts:
        for dataset in ["digits", "breast_cancer"] if quick else sets:
            for lam in LAMBDAS[1:] if quick else LAMBDAS:
                for classes in ("pair", "all") if dataset in ALL_CLASSES and not quick else ("pair",):
                    yield {"part": "adam", "dataset": dataset, "classes": classes, "lam": lam}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=("adam", "exact"), default=["adam", "exact"])
    parser.add_argument("--sets", nargs="+", choices=PAIRS, default=list(PAIRS), help="data sets")
    parser.add_argument("--components", nargs="+", type=int, choices=EXACT, default=list(EXACT), help="of exact cases")
    parser.add_argument("--data", default=str(ROOT / "data" / "prepared"))
    parser.add_argument("--quick", action="store_true", help="two small cases; nothing is written")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print_row(run_case, arguments.case)
        return
    import pandas as pd

    rows = []
    for case in cases(arguments.parts, arguments.sets, arguments.components, arguments.quick):
        prepared = (Path(arguments.data) / f"{case['dataset']}.npz").exists()
        row = (
            in_own_process(__file__, {**case, "data": arguments.data})
            if prepared
            else {"note": "skipped: not prepared"}
        )
        rows.append({**case, **row})
        show(
            rows[-1],
            ("part", "dataset", "classes", "lam", "components", "objective", "below_adam", "gap", "seconds", "note"),
        )
    publish(pd.DataFrame(rows), "global_training", write=not arguments.quick)


if __name__ == "__main__":
    main()
