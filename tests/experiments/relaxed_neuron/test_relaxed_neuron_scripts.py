"""The scripts of the experiment `relaxed_neuron` on an instance of seconds, and metrics that follow their tables."""

import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

TUNING = {"tuning_runs": 5, "tuning_problems": 3, "tuning_iterations": 40}
TRAJECTORIES = SimpleNamespace(
    **TUNING, dimension=3, ratio=4, noises=[0.0, 0.5], trials=6, iterations=60, test_samples=20
)  # fmt: skip
MAP = SimpleNamespace(
    **TUNING, dimension=3, ratios=[4], noises=[0.0, 0.5], scales=[1, 10], trials=6, iterations=60, test_samples=20,
    success_distance=0.01, target=1e-3,
)  # fmt: skip
THEOREM = SimpleNamespace(datasets=["clouds"], noise=0.1, instances=3, shape=[3, 12], starts=2)
EFFICIENCY = SimpleNamespace(dimension=3, ratios=[4, 16], noise=0.1, trials=10, iterations=100)
TEACHER_STUDENT = SimpleNamespace(
    **TUNING, neurons=[1, 2], dimension=3, ratio=5, trials=6, iterations=50, test_samples=20
)  # fmt: skip


@pytest.fixture(scope="module")
def tables(entry):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 20)
    data = [{"X": rng.normal(size=(40, 4)) + y[:, None], "y": y}]
    return {
        **entry("compute_trajectories")(TRAJECTORIES, 7),
        **entry("compute_map")(MAP, 7),
        "theorem": entry("compute_theorem")(data, THEOREM, 7),
        **entry("compute_losses")(SimpleNamespace(instances=3), 7),
        "efficiency": entry("compute_efficiency")(EFFICIENCY, 7),
        **entry("compute_teacher_student")(TEACHER_STUDENT, 7),
    }


def metrics_of(entry, tables):
    read = {name: table for name, table in tables.items() if name != "curves"}
    return entry("metrics")(**read, settings=MAP).set_index("metric")


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
    worse = table.assign(test_error=table["test_error"].where(~relaxed, 1e3 + table["test_error"]))
    after = metrics_of(entry, tables | {"trajectories": worse})["value"]
    assert after["test_error_lower_noise_0.5"] == 0
    assert after["test_error_median_ratio_noise_0.5"] > 1e3
    assert after["training_error_lower_noise_0.5"] == before["training_error_lower_noise_0.5"]
    wrong = tables["theorem"].copy()
    wrong.loc[wrong.index[wrong["labels"] == "planted"][0], "relative_excess"] = 0.25
    assert metrics_of(entry, tables | {"theorem": wrong})["value"]["theorem_largest_excess_planted"] == 0.25


def steps_of(edge=""):
    return pd.DataFrame({"chosen": [False, True], "edge": [edge, edge]})


def cells_of(relaxed, vanilla):
    """Map of two cells, noise 0 and 0.5, from errors of each trial in both and in the noisy cell."""
    frames = [
        pd.DataFrame({"noise": noise, "ratio": 2.0, "scale": 1.0, "trial": range(len(errors)), "method": method})
        .assign(recovery_error=errors)
        for noise in (0.0, 0.5)
        for method, errors in (("relaxed", relaxed if noise else vanilla), ("vanilla", vanilla))
    ]  # fmt: skip
    return pd.concat(frames)


def test_a_cell_is_won_only_where_chance_cannot_explain_it(script):
    metrics = script("metrics")
    vanilla = np.linspace(0.1, 0.2, 12)
    mixed = vanilla * np.exp(0.1 * np.cos(7.0 * np.arange(12)))
    for relaxed, winner in ((2 * vanilla, "vanilla"), (vanilla / 2, "relaxed"), (mixed, None)):
        values = metrics.map_metrics(cells_of(relaxed, vanilla), steps_of(), 0.01)
        assert values["cells_where_vanilla_wins"].value == (winner == "vanilla")
        assert values["cells_noisy_where_relaxed_wins"].value == (winner == "relaxed")
        assert values["cells_noise_free_where_vanilla_wins"].value == 0
    # Below the success distance errors are equal, and a diverged run loses without spoiling a mean.
    near = metrics.map_metrics(cells_of(vanilla / 50, vanilla / 100), steps_of(), 0.01)
    assert near["cells_where_vanilla_wins"].value == 0
    lost = metrics.map_metrics(cells_of(np.full(12, np.inf), vanilla), steps_of(), 0.01)
    assert lost["cells_where_vanilla_wins"].value == 1
    assert lost["map_diverged"].value == 12


def test_a_trial_that_misses_the_target_is_slower_than_one_that_reaches_it(script):
    steps = {"vanilla": [10, 40, 30, np.nan, np.nan, 5], "relaxed": [5, 20, 15, 20, np.nan, 10]}
    cells = pd.concat(
        pd.DataFrame({"noise": 0.0, "ratio": 2.0, "scale": 1.0, "trial": range(6), "method": method})
        .assign(iterations_to_target=reached)
        for method, reached in steps.items()
    )  # fmt: skip
    metrics = script("metrics")
    values = metrics.speed_metrics(cells, steps_of(), 100)
    assert values["share_faster_relaxed"].value == pytest.approx(4 / 5)
    assert values["speedup_where_both_reach"].value == pytest.approx(2.0**0.5)
    assert values["speedup_where_both_reach"].n == 4
    assert values["share_reaching_target_vanilla"].value == pytest.approx(4 / 6)
    assert values["median_iterations_vanilla"].value == 35
    nowhere = metrics.speed_metrics(cells.assign(iterations_to_target=np.nan), steps_of(), 100)
    assert nowhere["speedup_where_both_reach"].kind == nowhere["share_faster_relaxed"].kind == "not reached"


def test_a_best_step_on_the_edge_leaves_the_comparison_open(script):
    metrics = script("metrics")
    pairs = pd.DataFrame({"relaxed": [1.0, 2.0, 3.0, 5.0], "vanilla": [2.0, 3.0, 3.0, 4.0]})
    signs = metrics.sign_of(pairs)
    assert metrics.share_lower(signs, metrics.at_edge(steps_of())).value == pytest.approx(2 / 3)
    assert metrics.share_lower(signs, metrics.at_edge(steps_of("largest"))).kind == "step at the edge"


def test_both_methods_get_the_same_number_of_steps_and_one_is_chosen(tables):
    keys = {"steps": ["noise", "method"], "map_steps": ["ratio", "method"], "student_steps": ["neurons", "rule"]}
    for name, by in keys.items():
        groups = tables[name].groupby(by)
        assert set(groups.size()) == {TUNING["tuning_runs"]}
        assert set(groups["chosen"].sum()) == {1}


def test_every_announced_figure_is_drawn_and_says_its_finding(entry, tables, announced_figures):
    offered = tables | {"metrics": metrics_of(entry, tables).reset_index(), "success_distance": 0.01}
    assert len(announced_figures) == 8
    for figure in announced_figures:
        function = entry(f"figure_{figure}")
        drawn = function(**{name: offered[name] for name in inspect.signature(function).parameters})
        assert drawn.get_suptitle(), figure
        assert drawn.axes[0].get_ylabel(), figure
        assert all(axes.has_data() for axes in drawn.axes), figure
