"""The scripts of the planted filter on a tiny scale, and what their verdicts say of deliberate errors."""

from types import SimpleNamespace

import numpy as np
import pytest

from convexify.relaxations import planted_filter

SETTINGS = SimpleNamespace(
    dimensions=[2, 4], patches=[1, 3], ratios=[1, 8, 64], problems=10, draws=8, programs=4, distance=1e-3,
    starts=8, iterations=200, trials=5, tuning_problems=2,
)  # fmt: skip


TURNED = SimpleNamespace(
    digits=[4, 7], samples=30, test_samples=30, block=1, draws=3, directions=3, beta=1.0, iterations=100, trials=5
)


def digits():
    """A bright bar at the top of each image, drawn thicker for the second digit, with noise."""
    rng = np.random.default_rng(0)
    images = 0.1 * rng.random((120, 8, 8))
    labels = np.where(np.arange(120) % 2, 7, 4)
    images[:, :2] += 0.7
    images[labels == 7, 2] += 0.7
    X = images.reshape(120, 64)
    return {"X": X[:60], "y": labels[:60], "X_test": X[60:], "y_test": labels[60:], "image_shape": np.array([8, 8])}


@pytest.fixture(scope="module")
def turned(entry):
    return entry("compute_turned")(digits(), TURNED, 0)


@pytest.fixture(scope="module")
def numbers(entry, turned):
    return lambda made: entry("metrics")(
        made["recovery"], made["tuning"], turned["turned"], turned["turned_tuning"], SETTINGS.draws
    )


@pytest.fixture(scope="module")
def verdicts(numbers, standings):
    return lambda made: standings(numbers(made))


@pytest.fixture(scope="module")
def tables(entry):
    return entry("compute_recovery")(SETTINGS, 0)


def test_turned_images_are_told_from_upright_ones(tables, turned, verdicts):
    rows = turned["turned"]
    assert list(rows["method"]) == ["relaxation", "descent"] * 3
    assert rows["error"].between(0, 0.3).all()
    assert (rows["loss"] < 0.125).all()  # that of the constant ½
    assert rows["gap"].max() < 1e-6
    assert verdicts(tables)["programs_with_noise_are_certified"] == "holds"
    assert turned["turned_tuning"].groupby("method").size().tolist() == [5, 5]


def test_tables_and_figures(tables, turned, numbers, verdicts, entry, announced_figures):
    found = verdicts(tables)
    assert found["recovers_the_planted_filter"] == "holds"
    assert found["one_draw_is_enough"] == "fails"
    assert found["cone_decides_as_the_program"] == found["programs_are_certified"] == "holds"
    recovery = tables["recovery"]
    assert len(recovery) == 2 * 2 * 3 * 10
    assert recovery["programs"].sum() == 2 * 2 * 3 * 4
    assert announced_figures == {"recovery", "turned"}
    drawn = entry("figure_recovery")(recovery, tables["tuning"], numbers(tables), SETTINGS.draws)
    assert len(drawn.axes) == 4
    assert all(axes.has_data() for axes in drawn.axes)
    drawn = entry("figure_turned")(turned["turned"], turned["turned_tuning"], numbers(tables))
    assert all(axes.has_data() for axes in drawn.axes)


def all_normals(X, w, direction, **_):
    """Error: patches that are not active are normals, too."""
    _, distance = planted_filter.nnls(X.sum(axis=1).T, -direction)
    return bool(distance <= 1e-9)


def wrong_sign(X, w, direction, **_):
    """Error: plus the direction lies in the cone."""
    return RIGHT_CONE(X, w, -direction)


def wrong_labels(generator, *, n, d, patches):
    """Error: labels without the rectifier of the second and later patches, so that the filter fits none."""
    X, _, w = RIGHT_PROBLEM(generator, n=n, d=d, patches=patches)
    return X, np.abs(X @ w).sum(axis=1), w


RIGHT_CONE, RIGHT_PROBLEM = planted_filter.is_recovered_for, planted_filter.planted_filter_problem


@pytest.mark.parametrize(
    ("name", "error", "flipped"),
    [
        ("is_recovered_for", all_normals, "cone_decides_as_the_program"),
        ("is_recovered_for", wrong_sign, "cone_decides_as_the_program"),
        ("planted_filter_problem", wrong_labels, "cone_decides_as_the_program"),
    ],
)
def test_an_error_in_the_mathematics_flips_a_verdict(tables, verdicts, script, monkeypatch, name, error, flipped):
    assert verdicts(tables)[flipped] == "holds"
    module = script("compute_recovery")
    monkeypatch.setattr(module, name, error)
    assert verdicts(module.compute_recovery(SETTINGS, 0))[flipped] == "fails"
