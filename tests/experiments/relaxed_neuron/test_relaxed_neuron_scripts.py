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
THEOREM = SimpleNamespace(datasets=["clouds"], noise=0.1, instances=3, shape=[3, 12], starts=2)
EFFICIENCY = SimpleNamespace(dimension=3, ratios=[4, 16], noise=0.1, trials=10, iterations=100)
TEACHER_STUDENT = SimpleNamespace(neurons=[1, 2], dimension=3, ratio=5, trials=6, iterations=50, test_samples=20)


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
    return entry("metrics")(**read, success_distance=0.01).set_index("metric")


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
    metrics = metrics_of(entry, tables)
    value = metrics["value"]
    assert value["theorem_largest_excess_planted"] <= 1e-9
    assert value["counterexample_loss_at_relaxed_minimiser"] == pytest.approx(2.0)
    assert value["unbounded_problems_non_negative_labels"] == 0
    assert value["convexity_rule_disagreements"] == 0
    assert value["equation_6_entries_as_printed"] == 5
    assert value["equation_6_difference_from_gradient"] < 1e-6
    assert value["relaxed_loss_lowest_above_one_neuron"] >= -1e-9
    estimates = metrics[metrics["kind"] == "estimate"]
    assert ((estimates["low"] <= estimates["value"]) & (estimates["value"] <= estimates["high"])).all()


def test_metrics_see_a_planted_wrong_value(entry, tables):
    before = metrics_of(entry, tables)["value"]
    table = tables["trajectories"]
    relaxed = table["method"] == "relaxed"
    worse = table.assign(test_error=table["test_error"].where(~relaxed, 10 * table["test_error"]))
    after = metrics_of(entry, tables | {"trajectories": worse})["value"]
    assert after["test_error_ratio_noise_0.5"] == pytest.approx(10 * before["test_error_ratio_noise_0.5"])
    assert after["training_error_ratio_noise_0.5"] == before["training_error_ratio_noise_0.5"]
    wrong = tables["theorem"].copy()
    wrong.loc[wrong.index[wrong["labels"] == "planted"][0], "relative_excess"] = 0.25
    assert metrics_of(entry, tables | {"theorem": wrong})["value"]["theorem_largest_excess_planted"] == 0.25


def cells_of(relaxed, vanilla):
    """Map of two cells, noise 0 and 0.5, from errors of each trial in both and in the noisy cell."""
    frames = [
        pd.DataFrame({"noise": noise, "ratio": 2.0, "scale": 1.0, "trial": range(len(errors)), "method": method})
        .assign(recovery_error=errors)
        for noise in (0.0, 0.5)
        for method, errors in (("relaxed", relaxed if noise else vanilla), ("vanilla", vanilla))
    ]  # fmt: skip
    return pd.concat(frames)


def test_a_cell_is_won_only_where_noise_between_trials_cannot_explain_it(script):
    metrics = script("metrics")
    vanilla = np.linspace(0.1, 0.2, 12)
    slightly = vanilla * np.exp(0.1 * np.cos(7.0 * np.arange(12)))
    for relaxed, winner in ((2 * vanilla, "vanilla"), (vanilla / 2, "relaxed"), (slightly, None)):
        values = metrics.map_metrics(cells_of(relaxed, vanilla), 0.01)
        assert values["cells_where_vanilla_wins"].value == (winner == "vanilla")
        assert values["cells_noisy_where_relaxed_wins"].value == (winner == "relaxed")
        assert values["cells_noise_free_where_vanilla_wins"].value == 0
    # Below the success distance errors are equal.
    assert metrics.map_metrics(cells_of(vanilla / 50, vanilla / 100), 0.01)["cells_where_vanilla_wins"].value == 0


def test_speedup_is_over_trials_in_which_both_reach_the_target(script):
    steps = {"vanilla": [10, 40, 30, np.nan], "relaxed": [5, 20, 15, 20]}
    cells = pd.concat(
        pd.DataFrame({"noise": 0.0, "ratio": 2.0, "scale": 1.0, "trial": range(4), "method": method})
        .assign(iterations_to_target=reached)
        for method, reached in steps.items()
    )  # fmt: skip
    values = script("metrics").speed_metrics(cells)
    assert values["speedup"].value == pytest.approx(2.0)
    assert values["speedup"].n == 3
    assert values["share_reaching_target_vanilla"].value == 0.75
    assert values["share_faster_relaxed"].value == 1.0
    nowhere = script("metrics").speed_metrics(cells.assign(iterations_to_target=np.nan))
    assert nowhere["speedup"].kind == nowhere["share_faster_relaxed"].kind == "not reached"


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
