"""An instance of seconds of the experiment `strong_penalty`, and its tables."""

from types import SimpleNamespace

import numpy as np
import pytest

SEED = 1
SHARED = {"samples": 8, "width": 2, "box": 1.0}
PENALTIES = {"lambdas": [1e-3, 1.0, 100.0], "shift_scale": 0.3}
MINIMA = SimpleNamespace(**SHARED, **PENALTIES, starts=3, same=1e-3, bracket=4.0)
SEARCH = {"max_boxes": 200, "search_samples": 16, "search_starts": 1}
PAIR = [0, 1]
DRAWS = SimpleNamespace(
    **SHARED, **PENALTIES, draws=3, starts=2, search_samples=16, search_starts=1,
    same=1e-3,
    sgd_starts=1, sgd_runs=6, sgd_epochs=5,
)  # fmt: skip
ARGUMENTS = SimpleNamespace(
    **SHARED, **PENALTIES, same=1e-3, pairs=50, argument_starts=4, copies=4, dropout=0.5,
    boxes=[0.5, 1.0], search_samples=16, search_starts=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y, y_test = np.repeat([0, 1], 20), np.repeat([0, 1], 5)
    return [
        {
            "X": rng.normal(size=(40, 4)) + y[:, None],
            "y": y,
            "X_test": rng.normal(size=(10, 4)) + y_test[:, None],
            "y_test": y_test,
        }
    ]


@pytest.fixture(scope="module")
def tables(entry, data):
    problems = [("sine", [], None), ("classes", data, PAIR), ("others", data, PAIR)]
    minima = [entry("compute_minima")(*of, MINIMA, SEED) for of in problems]
    search = SimpleNamespace(**SHARED, **SEARCH)
    thresholds = [entry("compute_thresholds")(*of, search, SEED) for of in problems]
    draws = [entry("compute_draws")(*of, DRAWS, SEED) for of in problems]
    arguments = entry("compute_arguments")(minima[0]["paths"], thresholds[0], ARGUMENTS, SEED)
    return {
        "paths": [table["paths"] for table in minima],
        "baselines": [table["baselines"] for table in minima],
        "functions": minima[0]["functions"],
        "thresholds": thresholds,
        "growth": entry("compute_growth")(8, [0.5, 1.0], *SEARCH.values(), SEED),
        "kink": entry("compute_kink")(8, 1, 1.0, MINIMA.lambdas, SEED),
        "collapse": [table["collapse"] for table in minima],
        "draws": [table["draws"] for table in draws],
        "descents": [table["descents"] for table in draws],
        "arguments": arguments,
        **entry("compute_hessians")(8, 1.0, 5, SEED),
    }


@pytest.fixture(scope="module")
def instance():
    """The settings, by job."""
    return SimpleNamespace(seed=SEED, minima=MINIMA, arguments=ARGUMENTS, draws=DRAWS, search=SEARCH)


@pytest.fixture(scope="module")
def metrics_of(entry):
    """``metrics_of(tables, paths=…)``: the metrics of the tables, some of them replaced."""
    names = ("paths", "baselines", "thresholds", "collapse", "draws", "descents", "growth", "kink")
    names += ("shift_of_eigenvalues", "arguments")

    def compute(tables, **changed):
        table = entry("metrics")(**{name: changed.get(name, tables[name]) for name in names})
        return table.set_index("metric")

    return compute
