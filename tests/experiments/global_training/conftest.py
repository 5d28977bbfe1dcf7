"""Instances of seconds of both jobs of the experiment `global_training`."""

from types import SimpleNamespace

import numpy as np
import pytest

TASKS = SimpleNamespace(
    pairs={"blobs": [0, 1]}, datasets=["blobs"], all_classes=["blobs"], draws=3, samples=30, test_samples=20,
    components=3, lam=1e-3,
    n_patterns=4, trials=3, iterations=25, batch=8, adam_step=0.1, sgd_step=0.5, tol=1e-4, max_time=30,
    global_tol=1e-2, max_rounds=4, validated=["blobs"], validation_share=0.25, lam_start=1e-2, lam_trials=3,
)  # fmt: skip
ANY_WIDTH = SimpleNamespace(
    dataset="images", components=[1, 2], lam=1e-3, tol=1e-3, widths=[2, 32], starts=3, trials=3, iterations=40,
    batch=20, adam_step=0.1, sgd_step=0.3, escape_width=8, escape_lam=1e-4, escape_starts=6, escape_step=0.05,
    escape_iterations=500, bound_components=[1, 2, 6], exact_components=2, bound_samples=30, bound_tol=1e-2,
    max_rounds=6, rough_rounds=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def blobs():
    """Three overlapping Gaussian classes."""
    rng = np.random.default_rng(0)
    y, y_test = np.arange(90) % 3, np.arange(30) % 3
    X, X_test = (rng.normal(size=(len(part), 5)) + 0.7 * part[:, None] for part in (y, y_test))
    return {"X": X, "y": y, "X_test": X_test, "y_test": y_test}


@pytest.fixture(scope="module")
def images():
    """Grey images of ten classes, 6 × 6 pixels."""
    rng = np.random.default_rng(1)
    y = np.arange(120) % 10
    X = rng.integers(0, 60, (120, 36)) + 10 * (y[:, None] * np.arange(36) % 7) + 40 * (y % 2)[:, None]
    return {"X": np.clip(X, 0, 255).astype(np.uint8), "y": y}


@pytest.fixture(scope="module")
def compute_tasks(entry, blobs):
    return lambda **changed: entry("compute_tasks")([blobs], SimpleNamespace(**(vars(TASKS) | changed)), "cpu", 1)


@pytest.fixture(scope="module")
def compute_any_width(entry, images):
    return lambda **changed: entry("compute_any_width")(
        images, SimpleNamespace(**(vars(ANY_WIDTH) | changed)), "cpu", 1
    )


@pytest.fixture(scope="module")
def tables(compute_tasks, compute_any_width):
    return compute_tasks() | compute_any_width()


@pytest.fixture(scope="module")
def interior(tables):
    """The tables as if no best step and no chosen λ lay at an edge: on so few trials some do."""
    return tables | {name: tables[name].assign(edge="") for name in ("tasks", "penalties", "networks")}


@pytest.fixture(scope="module")
def metrics_of(entry):
    """Metrics of tables; runtimes take no part."""
    return lambda tables: entry("metrics")(**{name: table for name, table in tables.items() if name != "seconds"})
