"""The scripts of the experiment `relaxed_neuron`: small tables, and metrics that follow them."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts" / "relaxed_neuron"


def script(name):
    spec = importlib.util.spec_from_file_location(f"relaxed_neuron_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tables():
    return script("descent").descent_tables(
        dimension=3,
        figure_ratio=4,
        figure_noises=[0.0, 0.5],
        figure_trials=6,
        map_ratios=[4],
        map_noises=[0.0, 0.5],
        map_scales=[1],
        map_trials=6,
        iterations=60,
        test_samples=20,
        success_distance=0.01,
        target=1e-3,
        seed=7,
    )


def test_both_methods_start_from_the_same_errors(tables):
    start = tables["trajectories"].query("iteration == 0").pivot(index=["noise", "trial"], columns="method")
    for error in ("training_error", "test_error", "recovery_error"):
        np.testing.assert_array_equal(start[error]["vanilla"], start[error]["relaxed"])


def test_iterations_to_target_are_only_known_without_noise(tables):
    reached = tables["map"].groupby("noise")["iterations_to_target"].count()
    assert reached[0.0] > 0
    assert reached[0.5] == 0


def test_recorded_iterations_start_at_zero_and_end_at_the_last():
    grid = script("descent").recorded_iterations(1000, 1.1)
    assert grid[0] == 0
    assert grid[-1] == 1000
    assert grid == sorted(set(grid))


def test_error_ratio_follows_the_table(tables):
    metrics = script("metrics")
    table = tables["trajectories"]
    before = metrics.figure_metrics(table, 0.01)
    relaxed = table["method"] == "relaxed"
    worse = table.assign(test_error=table["test_error"].where(~relaxed, 10 * table["test_error"]))
    after = metrics.figure_metrics(worse, 0.01)
    assert after["test_error_ratio_noise_free"] == pytest.approx(10 * before["test_error_ratio_noise_free"])
    assert after["training_error_largest_ratio"] == before["training_error_largest_ratio"]


def test_runs_that_miss_the_target_count_as_the_longest():
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


def test_update_6_as_printed_does_not_fit_the_weights():
    values = script("metrics").equation_metrics(script("theorem").equation_rows(3))
    assert values["equation_6_entries_as_printed"] == 5
    assert values["equation_6_difference_from_gradient"] < 1e-6


def test_theorem_row_of_the_counterexample_has_the_known_losses():
    theorem = script("theorem")
    rows = [theorem.theorem_row(*instance, 1, 0) for instance in theorem.counterexample_instances()]
    assert rows[0]["loss_at_relaxed_minimiser"] == pytest.approx(2.0)
    assert rows[0]["lowest_loss"] == pytest.approx(1.0)
    assert not rows[1]["bounded"]
