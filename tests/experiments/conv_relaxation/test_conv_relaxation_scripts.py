"""The scripts of the planted filter on a tiny scale, and what their verdicts say of deliberate errors."""

from types import SimpleNamespace

import numpy as np
import pytest

from convexify.relaxations import planted_filter

SETTINGS = SimpleNamespace(
    dimensions=[2, 4], patches=[1, 3], ratios=[1, 8, 64], problems=10, draws=8, programs=4, distance=1e-3,
    starts=8, iterations=200, trials=5, tuning_problems=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(entry, standings):
    return lambda made: standings(entry("metrics")(made["recovery"], made["tuning"], SETTINGS.draws))


@pytest.fixture(scope="module")
def tables(entry):
    return entry("compute_recovery")(SETTINGS, 0)


def test_tables_and_figures(tables, verdicts, entry, announced_figures):
    found = verdicts(tables)
    assert found["recovers_the_planted_filter"] == "holds"
    assert found["one_draw_is_enough"] == "fails"
    assert found["cone_decides_as_the_program"] == found["programs_are_certified"] == "holds"
    recovery = tables["recovery"]
    assert len(recovery) == 2 * 2 * 3 * 10
    assert recovery["programs"].sum() == 2 * 2 * 3 * 4
    numbers = entry("metrics")(recovery, tables["tuning"], SETTINGS.draws)
    assert announced_figures == {"recovery"}
    drawn = entry("figure_recovery")(recovery, tables["tuning"], numbers, SETTINGS.draws)
    assert len(drawn.axes) == 4
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
