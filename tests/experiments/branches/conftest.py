"""The experiment `branches` on an instance of seconds: settings, data, tables of each job."""

from types import SimpleNamespace

import numpy as np
import pytest

GAPS = SimpleNamespace(
    kinds=["relu", "two_layer", "tanh"], samples=6, directions=6, levels=10, radius=16.0, taus=[1.0, 64.0],
    budgets=[0.3, 1.0], branches=[1, 2, 4, 997], node_limit=10,
)  # fmt: skip
FREQUENCIES = SimpleNamespace(
    samples=8, branches=[1, 2], taus=[0.5, 1.0], xor_branches=[3, 6], xor_taus=[0.2], xor_noise=0.1, weight_bound=2.0,
    starts=5, steps=60, first_step=2.0, trials=5, tuning_draws=1, tuning_starts=3, success=0.01, repetitions=3,
    cells=300, node_limit=5,
)  # fmt: skip
ARCHITECTURES = SimpleNamespace(
    draws=3, samples=6, directions=5, negative=0.3, levels=5, branches=[1, 3], widths=[1, 2], budgets=[0.37],
    node_limit=10,
)  # fmt: skip
THEOREMS = SimpleNamespace(draws=4, branches=[1, 2, 4, 8, 16], most_growing=8, levels=6, hull_samples=2, dimension=5)
#: Tables in the order that `metrics` takes them.
TABLES = ("gaps", "identities", "frequencies", "architectures", "sums", "scales", "hulls", "quadratics")


@pytest.fixture(scope="module")
def data():
    """Two classes of images of 8 × 8 pixels."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    return {"X": rng.normal(size=(60, 64)) + 0.7 * y[:, None], "y": y}


@pytest.fixture(scope="module")
def compute(entry, data):
    """``compute("gaps")`` are the tables of scripts/branches/compute_gaps.py; changes of settings by name."""
    jobs = {
        "gaps": lambda **changes: entry("compute_gaps")(data, [0, 1], changed(GAPS, changes), 1),
        "frequencies": lambda: entry("compute_frequencies")(data, [0, 1], FREQUENCIES, "cpu", 1),
        "architectures": lambda: {"architectures": entry("compute_architectures")(data, [0, 1], ARCHITECTURES, 1)},
        "theorems": lambda: entry("compute_theorems")(THEOREMS, 1),
    }
    return lambda job, **changes: jobs[job](**changes)


@pytest.fixture(scope="module")
def tables(compute):
    """Tables of every job."""
    return compute("gaps") | compute("frequencies") | compute("architectures") | compute("theorems")


@pytest.fixture(scope="module")
def metrics_of(entry):
    """Metrics of a dict of tables, by name."""
    return lambda tables: entry("metrics")(*(tables[name] for name in TABLES))


def changed(settings, changes):
    """Settings with some of them replaced."""
    return SimpleNamespace(**{**vars(settings), **changes})
