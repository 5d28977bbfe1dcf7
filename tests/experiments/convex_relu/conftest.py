"""Instances of seconds for the scripts of the experiment `convex_relu`, and their tables."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convexify_workflow.yaml_files import load_yaml

SETTINGS_FILE = Path(__file__).parents[3] / "workflow" / "experiments" / "convex_relu" / "settings.yaml"
REAL = ("real", "real_trials", "real_validated")

SMALL = {"pairs": {"blobs": [0, 1]}, "datasets": ["blobs"], "samples": 10, "components": 2, "lam": 1e-2}
SUBSAMPLES = {
    "pairs": {"blobs": [0, 1]}, "samples": 20, "test_samples": 10, "components": 3, "lam": 1e-2, "n_patterns": 6
}  # fmt: skip
STEPS = {"sgd_step": 0.3, "adam_step": 0.02, "trials": 3}
SETTINGS = {
    "toy_problems": SimpleNamespace(
        widths=[3, 20], starts=4, iterations=100, step=0.1, trials=3, start_scale=0.577, small_start_scale=0.1,
        lam=1e-4, plane_samples=12, plane_draws=3, plane_starts=3, plane_width=10, plane_lam=1e-2,
    ),
    "sampled_patterns": SimpleNamespace(**SMALL, iterations=50, gate_counts=[3, 12], draws=3),
    "exact_programs": SimpleNamespace(
        **SMALL, draws=3, penalty_factors=[1, 10], sampled=6, ranks=[1, 2, 3], counted_samples=[5, 10, 20],
        synthetic_samples=8, synthetic_lam=0.05, noises=[1e-2, 1e-1], negative_slopes=[0.1, -1.0], starts=5,
        iterations=150,
    ),
    "stationary_networks": SimpleNamespace(**SMALL, widths=[2, 4], draws=3, starts=1, iterations=300),
    "sensitivity": SimpleNamespace(
        **SUBSAMPLES, **STEPS, dataset="blobs", draws=3, fits=3, variants=1, batch=5, epochs=3, tol=1e-6,
        path_draws=3, path_points=5, path_ratio=1e-2,
    ),
    "real_data": SimpleNamespace(
        **SUBSAMPLES, **STEPS, draws=3, epochs=3, batch=8, validated_lam=1e-2, validated_trials=3, tol=1e-5,
        max_time=30,
    ),
    "patch_gates": SimpleNamespace(
        dataset="images", samples=30, validation_samples=9, test_samples=20, side=3, patch=2, gates=4, draws=3,
        lam=3e-2, lam_trials=3, epochs=2, batch=8, step=0.3, trials=3, tol=1e-5, max_time=30,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def tiny():
    """Settings by job."""
    return SETTINGS


@pytest.fixture(scope="module")
def blobs():
    """Three Gaussian classes."""
    rng = np.random.default_rng(0)
    y, y_test = np.arange(60) % 3, np.arange(30) % 3
    return {
        "X": rng.normal(size=(60, 5)) + y[:, None],
        "y": y,
        "X_test": rng.normal(size=(30, 5)) + y_test[:, None],
        "y_test": y_test,
    }


@pytest.fixture(scope="module")
def images():
    """Two classes of grey images, 6 × 6 pixels."""
    rng = np.random.default_rng(1)
    y, y_test = np.arange(40) % 2, np.arange(20) % 2
    X, X_test = (rng.integers(0, 17, (len(part), 36), dtype=np.uint8) for part in (y, y_test))
    X[y == 1, :18], X_test[y_test == 1, :18] = 16, 16
    return {"X": X, "y": y, "X_test": X_test, "y_test": y_test, "image_shape": np.array([6, 6])}


@pytest.fixture(scope="module")
def computed(entry, blobs, images):
    """``computed("toy_problems")``: tables of a compute script, as often as it is called."""
    data = {"toy_problems": (), "sensitivity": (blobs,), "real_data": (blobs, "blobs"), "patch_gates": (images,)}

    def compute(job, seed=1, function=None):
        function = function or entry(f"compute_{job}")
        tables = function(*data.get(job, ([blobs],)), SETTINGS[job], "cpu", seed)
        tables = tables if isinstance(tables, dict) else {job: tables}
        return {name: [table] if name.startswith("real") else table for name, table in tables.items()}

    return compute


@pytest.fixture(scope="module")
def tables(computed):
    """Tables of all compute scripts."""
    return {name: table for job in SETTINGS for name, table in computed(job).items()}


@pytest.fixture(scope="module")
def metrics(entry, tables):
    """The metrics table from the tables, some of them replaced."""
    grouped = {name: scales["all"] for name, scales in load_yaml(SETTINGS_FILE)["tables"].items()}
    alone = ("optima", "curves", "minima", "sampled_patterns", "stationary_networks", *REAL)

    def compute(**replaced):
        read = tables | replaced
        lists = {argument: [read[name] for name in names] for argument, names in grouped.items()}
        return entry("metrics")(**{name: read[name] for name in alone}, **lists)

    return compute
