"""The experiment `landscapes` on an instance of seconds: settings, data, tables of each job."""

from types import SimpleNamespace

import numpy as np
import pytest

SETTINGS = SimpleNamespace(
    branches=[4, 6, 12],
    repetitions=4,
    control_repetitions=3,
    plane_range=0.7,
    random_range=1.0,
    band_grid_points=5,
    chord_points=5,
    hessian_samples=30,
    hessian_probes=1,
    hessian_steps=4,
)
PROBLEM = {
    "name": "tiny",
    "pooling": 2,
    "samples": 40,
    "test_samples": 50,
    "plane_samples": 20,
    "hidden_layers": 1,
    "width": 1,
    "total_width": 12,
    "step": 0.3,
    "epochs": 3,
    "batch_size": 10,
}
CONVERGENCE = SimpleNamespace(
    pooling=2, samples=40, test_samples=50, hidden_layers=2,
    parameters=100, branches=[1, 2, 4], epochs=3, batch_size=10, first_step=0.3,
    trials=4, repetitions=3, starts=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    """Three classes of images of 4 × 4 pixels."""
    rng = np.random.default_rng(0)
    y, y_test = rng.integers(0, 3, 60), rng.integers(0, 3, 20)
    centres = rng.normal(size=(3, 16))
    return {
        "X": centres[y] + 0.3 * rng.normal(size=(60, 16)),
        "y": y,
        "X_test": centres[y_test] + 0.3 * rng.normal(size=(20, 16)),
        "y_test": y_test,
        "image_shape": np.array([4, 4]),
    }


@pytest.fixture(scope="module")
def rows():
    """Rows of the figure."""
    return [{**PROBLEM, "title": "tiny images"}]


@pytest.fixture(scope="module")
def planes(entry, data):
    """Tables of scripts/landscapes/compute_planes.py; changes of settings by name."""
    return lambda **changes: entry("compute_planes")(
        data, PROBLEM, SimpleNamespace(**{**vars(SETTINGS), **changes}), 1, "cpu"
    )


@pytest.fixture(scope="module")
def convergence(entry, data):
    """Tables of scripts/landscapes/compute_convergence.py."""
    return lambda: entry("compute_convergence")(data, CONVERGENCE, 1, "cpu")


@pytest.fixture(scope="module")
def tables(planes, convergence):
    """Tables of both jobs."""
    return planes() | convergence()


@pytest.fixture(scope="module")
def metrics_of(entry, rows):
    """Metrics of a dict of tables, by name."""
    return lambda tables: entry("metrics")([tables["measures"]], [tables["hessian"]], tables["convergence"], rows)
