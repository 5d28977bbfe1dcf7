"""The scripts of the experiment `strong_penalty` on an instance of seconds."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from convexify_workflow.claims import metrics_named

ROOT = Path(__file__).parents[3]

SEED = 1
SHARED = {"samples": 8, "width": 1, "box": 1.0}
MINIMA = SimpleNamespace(**SHARED, lambdas=[1e-3, 1.0, 100.0], starts=3, shift_scale=0.3, same=1e-3)
SEARCH = {"max_boxes": 200, "search_samples": 16, "search_starts": 1}
PAIR = [0, 1]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y, y_test = np.repeat([0, 1], 20), np.repeat([0, 1], 5)
    return [
        {
            "X": rng.normal(size=(40, 4)) + y[:, None],
            "y": y,
            "X_test": rng.normal(size=(10, 4)) + y_test[:, None],
            "y_test": y_test,
        }
    ]


@pytest.fixture(scope="module")
def tables(entry, data):
    problems = [("sine", [], None), ("classes", data, PAIR), ("others", data, PAIR)]
    minima = [entry("compute_minima")(*of, MINIMA, SEED) for of in problems]
    search = SimpleNamespace(**SHARED, **SEARCH)
    thresholds = [entry("compute_thresholds")(*of, search, SEED) for of in problems]
    draws = SimpleNamespace(
        **SHARED, lambdas=MINIMA.lambdas, shift_scale=0.3, draws=3, starts=2, search_samples=16, search_starts=1
    )
    return {
        "paths": [table["paths"] for table in minima],
        "baselines": [table["baselines"] for table in minima],
        "functions": minima[0]["functions"],
        "thresholds": thresholds,
        "growth": entry("compute_growth")(8, [0.5, 1.0], *SEARCH.values(), SEED),
        "kink": entry("compute_kink")(8, 1, 1.0, MINIMA.lambdas, SEED),
        "draws": [entry("compute_draws")(*of, draws, SEED) for of in problems],
        **entry("compute_hessians")(8, 1.0, 5, SEED),
    }


def metrics_of(entry, tables, **changed):
    names = ("paths", "baselines", "thresholds", "draws", "growth", "kink", "shift_of_eigenvalues")
    table = entry("metrics")(**{name: changed.get(name, tables[name]) for name in names}, same=MINIMA.same)
    return table.set_index("metric")


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


def test_metrics_see_planted_errors(entry, tables):
    before = metrics_of(entry, tables)["value"]
    assert before["eigenvalue_shift_per_lambda"] == pytest.approx(2.0)
    assert before["cubic_threshold_error"] <= 1e-9
    assert before["relu_share_of_lambdas_with_negative_curvature"] == 1.0
    kink = tables["kink"].copy()
    kink.loc[kink["lam"] == 1.0, "second_difference"] = 1.0
    found = metrics_of(entry, tables, kink=kink).loc["relu_share_of_lambdas_with_negative_curvature", "value"]
    assert found == pytest.approx(1 - 1 / kink["lam"].nunique())
    growth = tables["growth"].copy()
    growth.loc[growth["loss"] == "−θ³", "lower"] += 0.25
    assert metrics_of(entry, tables, growth=growth).loc["cubic_threshold_error", "value"] == pytest.approx(0.25)
    paths = [path.assign(distinct_minima=7) for path in tables["paths"]]
    assert metrics_of(entry, tables, paths=paths).loc["most_minima_beyond_threshold", "value"] == 7
    worse = [
        table.assign(test_error=table["test_error"] * (1 + (table["choice"] == "convex"))) for table in tables["draws"]
    ]
    doubled = metrics_of(entry, tables, draws=worse).loc["test_error_over_weight_decay", "value"]
    assert doubled == pytest.approx(2 * before["test_error_over_weight_decay"])


def test_every_number_has_a_kind_and_every_claim_a_metric(entry, tables):
    table = metrics_of(entry, tables)
    assert set(table["kind"]) == {"exact", "estimate", "bound"}
    claims = ROOT / "workflow" / "experiments" / "strong_penalty" / "claims.yaml"
    named = {metric for _, metric in metrics_named(yaml.safe_load(claims.read_text(encoding="utf-8")))}
    assert named <= set(table.index)


def test_a_property_holds_from_the_last_failure_on(script):
    path = pd.DataFrame({"lam": [1.0, 2.0, 3.0, 4.0]})
    smallest = script("_collapse").smallest_lambda
    assert smallest(path, [True, False, True, True]) == 3.0
    assert smallest(path, [True] * 4) == 1.0
    assert smallest(path, [True, True, True, False]) == np.inf


def test_every_announced_figure_is_drawn(entry, tables, announced_figures):
    drawn = {
        "errors_against_lambda": entry("figure_errors_against_lambda")(
            tables["paths"][1], tables["baselines"][1], tables["thresholds"][1], MINIMA.same
        ),
        "fitted_functions": entry("figure_fitted_functions")(tables["functions"]),
        "hessian_slice": entry("figure_hessian_slice")(tables["slice"], tables["growth"], 1.0),
        "relu_kink": entry("figure_relu_kink")(tables["kink"]),
        "threshold_growth": entry("figure_threshold_growth")(tables["growth"]),
    }
    assert drawn.keys() == announced_figures
    assert all(figure.axes[0].get_ylabel() for figure in drawn.values())


def test_the_same_seed_gives_the_same_table(entry, tables):
    again = entry("compute_kink")(8, 1, 1.0, MINIMA.lambdas, SEED)
    pd.testing.assert_frame_equal(again, tables["kink"])
    other = entry("compute_kink")(8, 1, 1.0, MINIMA.lambdas, SEED + 1)
    assert not other.equals(tables["kink"])
