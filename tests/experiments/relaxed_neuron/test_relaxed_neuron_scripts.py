"""The scripts of the experiment `relaxed_neuron` on an instance of seconds, and metrics that follow their tables."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

TRAJECTORIES = SimpleNamespace(dimension=3, ratio=4, noises=[0.0, 0.5], trials=6, iterations=60, test_samples=20)
MAP = SimpleNamespace(
    dimension=3, ratios=[4], noises=[0.0, 0.5], scales=[1, 10], trials=6, iterations=60, test_samples=20,
    success_distance=0.01, target=1e-3,
)  # fmt: skip
THEOREM = SimpleNamespace(datasets=["clouds"], noise=0.1, instances=2, shape=[3, 12], starts=2)
EFFICIENCY = SimpleNamespace(dimension=3, ratios=[4, 16], noise=0.1, trials=10, iterations=100)
TEACHER_STUDENT = SimpleNamespace(neurons=[1, 2], dimension=3, ratio=5, trials=4, iterations=50, test_samples=20)


@pytest.fixture(scope="module")
def tables(entry):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 20)
    data = [{"X": rng.normal(size=(40, 4)) + y[:, None], "y": y}]
    return {
        "trajectories": entry("compute_trajectories")(TRAJECTORIES, 7),
        "cells": entry("compute_map")(MAP, 7),
        "theorem": entry("compute_theorem")(data, THEOREM, 7),
        **entry("compute_losses")(SimpleNamespace(instances=3), 7),
        "efficiency": entry("compute_efficiency")(EFFICIENCY, 7),
        "teacher_student": entry("compute_teacher_student")(TEACHER_STUDENT, 7),
    }


def metrics_of(entry, tables):
    read = {name: table for name, table in tables.items() if name != "curves"}
    return entry("metrics")(**read, success_distance=0.01)


def test_both_methods_start_from_the_same_errors(tables):
    start = tables["trajectories"].query("iteration == 0").pivot(index=["noise", "trial"], columns="method")
    for error in ("training_error", "test_error", "recovery_error"):
        np.testing.assert_array_equal(start[error]["vanilla"], start[error]["relaxed"])


def test_noise_levels_share_their_samples_and_starts(tables):
    start = tables["trajectories"].query("iteration == 0 and method == 'vanilla'").pivot(index="trial", columns="noise")
    np.testing.assert_array_equal(start["recovery_error"][0.0], start["recovery_error"][0.5])


def test_iterations_to_target_are_only_known_without_noise(tables):
    reached = tables["cells"].groupby("noise")["iterations_to_target"].count()
    assert reached[0.0] > 0
    assert reached[0.5] == 0


def test_theorem_row_of_the_counterexample_has_the_known_losses(tables):
    misled, unbounded = (tables["theorem"].query(f"labels == '{name}'").iloc[0] for name in ("misled", "unbounded"))
    assert misled["loss_at_relaxed_minimiser"] == pytest.approx(2.0)
    assert misled["lowest_loss"] == pytest.approx(1.0)
    assert not unbounded["bounded"]


def test_metrics_agree_with_what_is_proved(entry, tables):
    values = metrics_of(entry, tables)
    assert values["theorem_largest_excess_planted"] <= 1e-9
    assert values["counterexample_loss_at_relaxed_minimiser"] == pytest.approx(2.0)
    assert values["unbounded_problems_non_negative_labels"] == 0
    assert values["convexity_rule_disagreements"] == 0
    assert values["equation_6_entries_as_printed"] == 5
    assert values["equation_6_difference_from_gradient"] < 1e-6
    assert all(np.isfinite(value) for name, value in values.items() if "variance" in name)


def test_metrics_see_a_planted_wrong_value(entry, tables):
    before = metrics_of(entry, tables)
    table = tables["trajectories"]
    relaxed = table["method"] == "relaxed"
    worse = table.assign(test_error=table["test_error"].where(~relaxed, 10 * table["test_error"]))
    after = metrics_of(entry, tables | {"trajectories": worse})
    assert after["test_error_ratio_noise_free"] == pytest.approx(10 * before["test_error_ratio_noise_free"])
    assert after["training_error_largest_ratio"] == before["training_error_largest_ratio"]
    wrong = tables["theorem"].copy()
    wrong.loc[wrong.index[wrong["labels"] == "planted"][0], "relative_excess"] = 0.25
    assert metrics_of(entry, tables | {"theorem": wrong})["theorem_largest_excess_planted"] == 0.25


def test_runs_that_miss_the_target_count_as_the_longest(script):
    cells = pd.DataFrame(
        {
            "noise": 0.0,
            "ratio": 2.0,
            "scale": 1.0,
            "method": ["vanilla"] * 3 + ["relaxed"] * 3,
            "iterations_to_target": [10, 40, np.nan, 20, 20, 20],
        }
    )
    trajectories = pd.DataFrame(
        {
            "noise": 0.1,
            "trial": 0,
            "method": ["vanilla"] * 3 + ["relaxed"] * 3,
            "iteration": [0, 5, 9] * 2,
            "training_error": [4.0, 1.001, 1.0, 4.0, 2.0, 1.0],
            "test_error": [4.0, 1.0, 1.0, 4.0, 0.5, 2.0],
        }
    )
    values = script("metrics").speed_metrics(cells, trajectories)
    assert values["speedup_smallest"] == 2.0
    assert values["speedup_to_own_limit_with_noise"] == pytest.approx(5 / 9)
    assert values["last_iteration_relaxed_ahead_with_noise"] == 5


def test_every_announced_figure_is_drawn(entry, tables, announced_figures):
    reads = {
        "errors_against_iteration": "trajectories",
        "where_each_wins": "cells",
        "noise_free": "cells",
        "counterexample": "curves",
        "teacher_student": "teacher_student",
        "efficiency": "efficiency",
        "real_labels": "theorem",
    }
    assert reads.keys() == announced_figures
    for figure, table in reads.items():
        options = {"success_distance": 0.01} if figure == "where_each_wins" else {}
        drawn = entry(f"figure_{figure}")(tables[table], **options)
        assert drawn.axes[0].get_ylabel(), figure
        assert all(axes.has_data() for axes in drawn.axes), figure
