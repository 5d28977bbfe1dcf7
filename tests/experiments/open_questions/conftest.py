"""Instances of a second of the experiment `open_questions`."""

from types import SimpleNamespace

import numpy as np
import pytest

SETTINGS = SimpleNamespace(
    datasets=["images", "blobs"], pairs={"images": [0, 1], "blobs": [0, 1]}, draws=3, samples=24, test_samples=12,
    components=4, image_side=8, optimisers=["sgd", "adam"], budgets=[40, 80], depth=2, branch_width=2, lam=1e-2,
    steps={"sgd": 0.1, "adam": 0.1}, step_trials=3, step_factor=3.0, lam_trials=4, lam_factor=5.0, first=3,
    iterations=6, batch=8, tol=1e-3, rounds=1, global_tol=1e-2, widths=[3], linear_tol=1e-6, neurons=2, count=4,
    path_rounds=0, slow_trials=3, path_tol=1e-2, penalised_width=2, radius=5.0, patch_side=3, pool=2, features=6,
    gamma=0.2, cnn_iterations=100, cnn_tol=3e-3,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    """Grey images and Gaussian blobs of two classes."""
    rng = np.random.default_rng(0)
    y, y_test = np.arange(60) % 2, np.arange(30) % 2
    images = [rng.integers(0, 150, (len(part), 64)) + 60 * part[:, None] for part in (y, y_test)]
    blobs = [rng.normal(size=(len(part), 5)) + part[:, None] for part in (y, y_test)]
    images = {"X": images[0].astype(np.uint8), "X_test": images[1].astype(np.uint8), "image_shape": np.array([8, 8])}
    return [images | {"y": y, "y_test": y_test}, {"X": blobs[0], "X_test": blobs[1], "y": y, "y_test": y_test}]


@pytest.fixture(scope="module")
def tables(entry, data):
    """Tables of both jobs."""
    tables = entry("compute_per_parameter")(data, SETTINGS, 1)
    return tables | entry("compute_comparison")(data, tables["runs"], SETTINGS, 1)


@pytest.fixture(scope="module")
def metrics_of(entry, tables):
    """Metrics of runs, and of fits, by default those of `tables`."""
    return lambda runs, fits=tables["fits"]: entry("metrics")(runs, fits)
