"""The scripts of the experiment `global_training` on instances of seconds, against oracles."""

import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.datasets.transforms import principal_components

SETTINGS = SimpleNamespace(starts=3, lam=1e-3)


@pytest.fixture(scope="module")
def values(interior, metrics_of):
    return metrics_of(interior).set_index("metric")


def test_leading_components_are_the_principal_ones(script, images):
    X = script("_problems").leading_components(images["X"], 3)
    reference = principal_components(images["X"].astype(float), 3)
    cosines = np.abs((X * reference).sum(axis=0)) / np.linalg.norm(X, axis=0) / np.linalg.norm(reference, axis=0)
    np.testing.assert_allclose(cosines, 1, atol=1e-9)
    few = script("_problems").few_components(X, 2)
    assert (few[:, :2] ** 2).sum(axis=1).mean() == pytest.approx(1)
    assert (few[:, 2] == 1).all()


def test_optimum_over_every_width_is_that_of_the_program_over_all_patterns(script, images, tables):
    problems = script("_problems")
    X = problems.few_components(problems.leading_components(images["X"], 6), 1)
    y = np.where(images["y"] % 2 == 1, 1.0, -1.0)
    program = solve(X, y, enumerate_patterns(X), 1e-3 * len(X), tol=1e-6)
    optimum = tables["optima"].iloc[0]
    assert optimum["exact"]
    assert optimum["lower_bound"] <= program.primal / len(X) * (1 + 1e-9)
    assert optimum["objective"] * (1 + 1e-9) >= program.dual / len(X)
    assert optimum["objective"] <= program.primal / len(X) * (1 + 1.5e-3)


def test_no_network_is_below_a_bound(tables, values):
    networks = tables["networks"].merge(tables["optima"], on="components")
    assert len(networks) == 2 * 2 * 2 * 3
    assert (networks["objective_x"] >= networks["lower_bound"]).all()
    ratio = (networks["objective_x"] / networks["lower_bound"]).min()
    assert values["value"]["smallest_network_over_bound"] == pytest.approx(ratio)
    bounds = tables["bounds"]
    assert (bounds[["lower_bound", "rough_bound"]].max(axis=1) <= bounds["objective"]).all()
    assert bounds["exact"].tolist() == [True, True, False]


def test_every_network_on_the_five_points_ends_at_the_certified_optimum(tables, values):
    escape = tables["escape"]
    assert len(escape) == 6
    assert (escape["after"] <= escape["before"]).all()
    assert escape["before"].max() > 0.05
    np.testing.assert_allclose(escape["after"], 1.01229e-3, rtol=1e-4)
    assert values["value"]["largest_escaped_over_bound"] <= 1 + 1e-6


def test_a_network_that_stays_stuck_is_seen(tables, metrics_of):
    stays = tables["escape"].copy()
    stays.loc[0, "after"] = stays.loc[0, "before"]
    assert metrics_of(tables | {"escape": stays}).set_index("metric")["value"]["largest_escaped_over_bound"] > 1.01


def test_ratios_are_paired_by_sample(tables, values):
    objective = tables["tasks"].pivot(index=["draw", "task"], columns="method", values="objective")
    logarithm = np.log(objective["global"] / objective["Adam"]).groupby("draw").mean()
    found = values.loc["global_over_adam"]
    assert found["value"] == pytest.approx(np.exp(logarithm.mean()))
    assert (found["n"], found["unit"]) == (3, "sample")
    assert values["value"]["largest_global_over_adam"] == pytest.approx((objective["global"] / objective["Adam"]).max())


def test_global_training_is_below_every_other_network(tables):
    objective = tables["tasks"].pivot(index=["draw", "task"], columns="method", values="objective")
    assert (objective["global"] < objective[["Adam", "SGD", "sampled"]].min(axis=1)).all()
    assert set(tables["tasks"]["task"]) == {"binary", "all classes"}


def test_step_or_penalty_at_the_edge_leaves_no_number(interior, metrics_of):
    def kinds(name, method):
        table = interior[name]
        changed = table.assign(edge=np.where(table["method"] == method, "largest", ""))
        return metrics_of(interior | {name: changed}).set_index("metric")["kind"]

    steps = kinds("tasks", "Adam")
    assert steps["global_over_adam"] == steps["accuracy_global_less_adam"] == "step at the edge"
    assert steps["global_over_sampled"] == "estimate"
    assert kinds("tasks", "nobody")["global_over_adam"] == "estimate"
    assert kinds("penalties", "global")["chosen_accuracy_global_less_adam"] == "step at the edge"
    assert kinds("penalties", "gated")["chosen_accuracy_global_less_adam"] == "estimate"
    assert kinds("networks", "Adam")["adam_wide_over_bound"] == "step at the edge"
    assert kinds("networks", "SGD")["adam_wide_over_bound"] == "estimate"


def test_penalty_is_chosen_by_validation_loss_and_not_by_test_data(tables):
    for _, rows in tables["penalties"].groupby(["draw", "method"]):
        assert rows["chosen"].sum() == 1
        assert rows.loc[rows["chosen"], "validation_loss"].iloc[0] == rows["validation_loss"].min()
        assert rows["lam"].nunique() == 3


def test_nothing_is_validated_where_the_setting_is_empty(compute_tasks, tables, metrics_of):
    written = compute_tasks(validated=[], all_classes=[])
    assert written["penalties"].empty
    assert not metrics_of(tables | written)["metric"].str.startswith("chosen").any()


def test_runtimes_stand_in_a_table_of_their_own(tables):
    assert not {"seconds", "seconds_until_below_adam"} & set(tables["tasks"])
    assert len(tables["seconds"]) == len(tables["tasks"])
    binary = tables["seconds"].query("method == 'global' and task == 'binary'")
    assert (binary["seconds_until_below_adam"] <= binary["seconds"]).all()


def test_every_announced_figure_is_drawn_and_says_its_finding(entry, tables, announced_figures, metrics_of):
    offered = tables | {"metrics": metrics_of(tables), "settings": SETTINGS, "dataset": "digits"}
    assert len(announced_figures) == 4
    for name in announced_figures:
        function = entry(f"figure_{name}")
        drawn = function(**{argument: offered[argument] for argument in inspect.signature(function).parameters})
        assert drawn.get_suptitle(), name
        assert all(axes.has_data() for axes in drawn.axes), name
    without = entry("figure_tasks")(
        tables["tasks"], tables["penalties"].iloc[:0], offered["metrics"], settings=SETTINGS
    )  # fmt: skip
    assert len(without.axes) == 2


def test_the_same_seed_gives_the_same_tables(tables, compute_any_width, compute_tasks):
    again = compute_any_width() | compute_tasks()
    for name in again.keys() - {"seconds"}:
        pd.testing.assert_frame_equal(again[name], tables[name])
