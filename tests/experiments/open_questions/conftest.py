"""Instances of a second of the experiment `open_questions`."""

from types import SimpleNamespace

import numpy as np
import pytest

SETTINGS = SimpleNamespace(
    datasets=["images", "blobs"], pairs={"images": [0, 1], "blobs": [0, 1]}, draws=3, samples=24, test_samples=12,
    components=4, image_side=4, optimisers=["sgd", "adam"], budgets=[60, 120], depth=2, branch_width=2, lam=1e-2,
    steps={"sgd": 0.1, "adam": 0.03}, step_trials=3, lam_trials=3, first=3, iterations=12, batch=8, tol=1e-3, rounds=2,
    global_tol=1e-2,
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
    return entry("compute_per_parameter")(data, SETTINGS, 1)
