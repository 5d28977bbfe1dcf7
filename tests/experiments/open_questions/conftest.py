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

ARCHITECTURES = SimpleNamespace(
    sphere_samples=5, dimension=5, sphere_draws=4, starts=1, depths=[2, 3, 4, 6], width_depths=[2, 3, 4],
    widths=[8, 64, 512], branch_widths=[8, 64, 256], trained_depths=[2, 3, 4], trained_widths=[4, 32, 128],
    step_fraction=0.5, target=0.3,
)  # fmt: skip
PATHS = SimpleNamespace(
    pooling=2, images=40, plane_images=20, repetitions=3, blocks=2, parameters=300, epochs=3, batch_size=10,
    first_step=0.3, trials=3, plane_range=0.7, grid_points=3, chord_points=5, path_blocks=[1, 3], path_width=4,
    path_samples=8, linear_blocks=[1, 2], gap_draws=3, gap_blocks=[1, 2], gap_width=1, squared_norms=[2.0, 8.0],
    linear_levels=8, directions=6, levels=2, atom_norm=8.0, budgets=[0.3], tau=0.3, node_limit=500,
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
def depth_and_paths(entry, data):
    """Tables of the jobs on architectures and on paths."""
    images = data[0] | {"y": data[0]["y"] + (np.arange(60) % 3 == 0), "y_test": data[0]["y_test"]}
    return entry("compute_architectures")(ARCHITECTURES, 1) | entry("compute_paths")(images, PATHS, 1, "cpu")


@pytest.fixture(scope="module")
def metrics_of(entry, tables, depth_and_paths):
    """Metrics of runs, and of fits, by default those of `tables`."""
    return lambda runs, fits=tables["fits"]: entry("metrics")(runs, fits, **depth_and_paths)
