"""The scripts of the experiment `strong_penalty` on an instance of seconds."""

import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from convexify_workflow.claims import metrics_named

ROOT = Path(__file__).parents[3]


def test_objective_never_falls_when_the_penalty_grows(tables):
    for path in tables["paths"]:
        assert set(path["penalty"]) == {"l2", "shift", "geometric"}
        l2 = path[path["penalty"] == "l2"]
        for _, rows in l2.groupby(["activation", "output_bias", "skip"]):
            # A minimum from a few starts may miss the global one by a little at the smallest λ.
            assert (np.diff(rows.sort_values("lam")["objective"]) > -1e-3).all()


def test_brackets_hold_and_grow_with_the_box(tables):
    for table in [*tables["thresholds"], tables["growth"]]:
        assert (table["lower"] <= table["upper"]).all()
    network = tables["growth"][tables["growth"]["loss"] == "a·tanh(wx)"]
    assert network["lower"].is_monotonic_increasing


def test_smallest_eigenvalues_of_the_slice_stay_above_the_certified_threshold(tables):
    whole = tables["growth"][(tables["growth"]["loss"] == "a·tanh(wx)") & (tables["growth"]["box"] == 1.0)].iloc[0]
    assert tables["slice"]["smallest_eigenvalue"].min() >= -2 * whole["upper"]


def test_metrics_see_planted_errors(metrics_of, tables):
    before = metrics_of(tables)["value"]
    assert before["eigenvalue_shift_per_lambda"] == pytest.approx(2.0)
    assert before["cubic_threshold_error"] <= 1e-9
    assert before["relu_share_of_lambdas_with_negative_curvature"] == 1.0
    kink = tables["kink"].copy()
    kink.loc[kink["lam"] == 1.0, "second_difference"] = 1.0
    found = metrics_of(tables, kink=kink).loc["relu_share_of_lambdas_with_negative_curvature", "value"]
    assert found == pytest.approx(1 - 1 / kink["lam"].nunique())
    growth = tables["growth"].copy()
    growth.loc[growth["loss"] == "−θ³", "lower"] += 0.25
    assert metrics_of(tables, growth=growth).loc["cubic_threshold_error", "value"] == pytest.approx(0.25)
    paths = [path.assign(distinct_minima=7) for path in tables["paths"]]
    assert metrics_of(tables, paths=paths).loc["most_minima_beyond_threshold", "value"] == 7
    worse = [
        table.assign(test_error=table["test_error"] * (1 + (table["choice"] == "convex"))) for table in tables["draws"]
    ]
    doubled = metrics_of(tables, draws=worse).loc["test_error_over_weight_decay", "value"]
    assert doubled == pytest.approx(2 * before["test_error_over_weight_decay"])


def test_every_number_has_a_kind_and_every_claim_a_metric(metrics_of, tables):
    table = metrics_of(tables)
    assert set(table["kind"]) == {"exact", "estimate", "bound"}
    claims = ROOT / "workflow" / "experiments" / "strong_penalty" / "claims.yaml"
    named = {metric for _, metric in metrics_named(yaml.safe_load(claims.read_text(encoding="utf-8")))}
    assert named <= set(table.index)


def test_a_property_holds_from_the_last_failure_on(script):
    path = pd.DataFrame({"lam": [1.0, 2.0, 3.0, 4.0]})
    bracket = script("_collapse").bracket_on_grid
    assert bracket(path, [True, False, True, True]) == (2.0, 3.0)
    assert bracket(path, [True] * 4) == (0.0, 1.0)
    assert bracket(path, [True, True, True, False]) == (4.0, np.inf)


def test_a_bracket_is_bisected_around_the_first_lambda(script):
    lower, upper = script("_collapse").bisected(lambda lam: lam >= 3.7, 1.0, 100.0, 1.1)
    assert lower < 3.7 <= upper <= 1.1 * lower


def test_minima_are_one_relative_to_their_size(script):
    distinct = script("_minima").distinct
    assert distinct([[1.0, 0.0], [1.0005, 0.0]], 1e-3) == 1
    assert distinct([[1e-3, 0.0], [1.5e-3, 0.0]], 1e-3) == 2
    assert distinct([[1e-12, 0.0], [0.0, 0.0]], 1e-3) == 1  # closer than searches can tell apart
    assert distinct([], 1e-3) == 0


def test_brackets_of_the_collapse_are_narrow_and_ordered(tables):
    for table in tables["collapse"]:
        known = table[(table["lower"] > 0) & np.isfinite(table["upper"])]
        assert (known["lower"] < known["upper"]).all()
        assert (known["upper"] <= 4 * known["lower"]).all()


def test_every_announced_figure_is_drawn_and_says_its_finding(entry, tables, announced_figures, instance, metrics_of):
    single = {name: tables[name][1] for name in ("paths", "baselines", "thresholds", "collapse")}
    offered = tables | single | {
        "metrics": metrics_of(tables).reset_index(), "curvature": tables["slice"], "box": 1.0,
        "problem": "classes", "same": instance.minima.same, "errors": tables["draws"],
    }  # fmt: skip
    assert len(announced_figures) == 6
    for name in announced_figures:
        function = entry(f"figure_{name}")
        figure = function(**{argument: offered[argument] for argument in inspect.signature(function).parameters})
        assert figure.get_suptitle(), name
        assert figure.axes[0].get_ylabel() or figure.axes[0].get_xlabel(), name


def test_the_same_seed_gives_the_same_table(entry, tables, instance):
    again = entry("compute_kink")(8, 1, 1.0, instance.minima.lambdas, instance.seed)
    pd.testing.assert_frame_equal(again, tables["kink"])
    other = entry("compute_kink")(8, 1, 1.0, instance.minima.lambdas, instance.seed + 1)
    assert not other.equals(tables["kink"])
