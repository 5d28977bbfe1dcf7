"""The experiment's scripts on an instance of seconds."""

import functools
import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from convexify.linear_duality.deep_linear_descent import gradient_descent
from convexify.linear_duality.douglas_rachford import solve_compressed
from convexify.warnings import ConvergenceWarning

SETTINGS = SimpleNamespace(
    instances=["circulant"],
    depths=[2, 3],
    weight_decay_depths=[2, 3],
    gammas=[0.0, 0.5],
    tolerance=1e-10,
    gamma_points=3,
    largest_gamma=1.2,
    repetitions=2,
    initialisations=["orthogonal"],
    iterations=60,
    given_iterations=20,
    record_every=10,
    step_factor=0.5,
    tuning_trials=5,
    tuning_starts=1,
    target=1e-6,
    chain_draws=2,
    channels=2,
    length=4,
    draws=4,
    chords=20,
    noise_levels=[0.01, 0.1],
    critical_size=3,
    critical_depths=[2, 3],
    critical_iterations=300,
)
SOURCES = ["synthetic", "digits"]
METRIC_COLUMNS = ["kind", "value", "low", "high"]


@pytest.fixture(scope="module")
def tables(entry):
    """Table name to one table for each source."""
    rng = np.random.default_rng(0)
    digits = {"X": rng.integers(0, 16, size=(40, 6)), "y": rng.integers(0, 3, size=40)}
    found = {}
    for source, data in zip(SOURCES, ([], digits), strict=True):
        instances = ["gaussian", "circulant", "affine"]
        dual = entry("compute_dual")(data, source, SimpleNamespace(**{**vars(SETTINGS), "instances": instances}), 1)
        for name, table in (dual | entry("compute_descent")(data, source, SETTINGS, 1, "cpu")).items():
            found.setdefault(name, []).append(table)
    return found | {"chains": entry("compute_chains")(SETTINGS, 1), **entry("compute_properties")(SETTINGS, 1)}


def metrics(entry, tables, column="value"):
    names = ("dual", "convergence", "runs", "chains", "least_squares", "midpoints", "noise", "critical_points")
    table = entry("metrics")(*(tables[name] for name in names), SOURCES, target=1e-6)
    return table.set_index("metric")[column]


def test_tables_are_complete_and_their_gaps_are_zero(tables):
    dual, runs = pd.concat(tables["dual"]), pd.concat(tables["runs"])
    assert set(dual["problem"]) == {"gaussian", "circulant", "affine", "digits"}
    assert set(runs["problem"]) == {"circulant", "digits"}
    assert (dual["relative_gap"].abs() <= 1e-9).all()
    assert (dual.groupby(["problem", "rank"])["gamma"].max() > 1).all()
    # ranks × depths, weight decay and the inputs as given, each for 2 gammas × 2 starts
    assert (runs.groupby("problem").size() == (2 * 2 + 2 + 1) * 4).all()
    assert (runs["relative_gap"] >= -1e-12).all()


def test_the_same_seed_gives_the_same_tables(entry, tables):
    again = entry("compute_descent")([], "synthetic", SETTINGS, 1, "cpu")
    pd.testing.assert_frame_equal(again["runs"], tables["runs"][0])
    pd.testing.assert_frame_equal(again["histories"], tables["histories"][0])
    other = entry("compute_descent")([], "synthetic", SETTINGS, 2, "cpu")
    assert not np.allclose(other["runs"]["objective"], again["runs"]["objective"])


def test_the_device_reaches_gradient_descent(entry, monkeypatch):
    compute_descent, asked = entry("compute_descent"), []

    def descent(*arguments, device, **options):
        asked.append(device)
        return gradient_descent(*arguments, device="cpu", **options)

    monkeypatch.setitem(compute_descent.__globals__, "gradient_descent", descent)
    compute_descent([], "synthetic", SETTINGS, 1, "the device of the job")
    assert set(asked) == {"the device of the job"}


def test_a_gap_in_the_tables_shows_in_its_metric(entry, tables):
    before = metrics(entry, tables)
    assert before["worst_gap_gamma_beyond_sigma_min"] <= 1e-9
    dual = tables["dual"][0].copy()
    beyond = dual.index[dual["gamma"] > dual["sigma_min"]][0]
    dual.loc[beyond, "relative_gap"] = 0.25
    after = metrics(entry, {**tables, "dual": [dual, tables["dual"][1]]})
    assert after["worst_gap_gamma_beyond_sigma_min"] == 0.25
    assert after["worst_gap_gamma_up_to_sigma_min"] == before["worst_gap_gamma_up_to_sigma_min"]


def test_a_descent_below_the_dual_shows_in_its_metric(entry, tables):
    runs = tables["runs"][0].copy()
    runs.loc[runs["regulariser"] == "schatten", "relative_gap"] = -1e-6
    assert metrics(entry, tables)["descent_below_dual_runs"] == 0
    after = metrics(entry, {**tables, "runs": [runs, tables["runs"][1]]})
    assert after["descent_below_dual_runs"] == (runs["regulariser"] == "schatten").sum()


def test_estimates_are_those_of_the_data_set_that_no_seed_changes(entry, tables):
    tables = {**tables, "runs": [runs.assign(step_edge="") for runs in tables["runs"]]}
    before = metrics(entry, tables)
    synthetic, digits = tables["runs"]
    after = metrics(entry, {**tables, "runs": [synthetic.assign(relative_gap=0.0), digits]})
    pd.testing.assert_series_equal(after, before)
    after = metrics(entry, {**tables, "runs": [synthetic, digits.assign(relative_gap=0.0)]})
    assert before["descent_reached_share_deepest"] < 1 == after["descent_reached_share_deepest"]
    assert before["descents_short_of_the_dual_two_layers_full_rank"] > 0
    assert after["descents_short_of_the_dual_two_layers_full_rank"] == 0


def test_a_best_step_on_the_edge_leaves_the_share_untested(entry, tables):
    runs = [runs.assign(step_edge=np.where(runs["depth"] == 3, "largest", "")) for runs in tables["runs"]]
    kinds = metrics(entry, {**tables, "runs": runs}, "kind")
    assert kinds["descent_reached_share_deepest"] == "step at the edge"
    assert kinds["descent_reached_share_depth_2"] == "estimate"


def test_diverged_runs_are_counted_and_named(entry, tables):
    synthetic, digits = tables["runs"]
    lost = digits.assign(diverged=digits["depth"] == 3)
    assert metrics(entry, tables)["descents_diverged_deepest"] == 0
    after = metrics(entry, {**tables, "runs": [synthetic, lost]})
    white = (digits["depth"] == 3) & (digits["regulariser"] == "schatten") & (digits["inputs"] == "white")
    assert after["descents_diverged_deepest"] == white.sum() > 0


def test_a_plateau_counts_as_a_saddle_only_with_negative_curvature(entry, tables):
    synthetic, digits = tables["runs"]
    flat = digits.assign(longest_plateau=digits["iterations"], plateau_gradient=1e-4, plateau_curvature=1e-9)
    found = metrics(entry, {**tables, "runs": [synthetic, flat]})
    assert found["descent_plateau_share_deep"] == 1
    assert found["descent_saddle_share_deep"] == 0
    assert found["descent_plateau_without_negative_curvature_share_deep"] == 1
    curved = metrics(entry, {**tables, "runs": [synthetic, flat.assign(plateau_curvature=-0.1)]})
    assert curved["descent_saddle_share_deep"] == 1


def test_a_descent_twice_as_long_doubles_the_ratio_to_douglas_rachford(entry, tables):
    before = metrics(entry, tables)["descent_over_douglas_rachford_iterations"]
    columns = ["iterations", "iterations_to_target"]
    longer = [runs.assign(**{name: 2 * runs[name] for name in columns}) for runs in tables["runs"]]
    after = metrics(entry, {**tables, "runs": longer})["descent_over_douglas_rachford_iterations"]
    assert after == pytest.approx(2 * before)


def test_an_unconverged_dual_is_an_error_not_a_table(entry, monkeypatch):
    compute_dual = entry("compute_dual")
    monkeypatch.setitem(compute_dual.__globals__, "solve_compressed", functools.partial(solve_compressed, max_iter=1))
    with pytest.raises(ConvergenceWarning, match="stopped after 1 steps"):
        compute_dual([], "synthetic", SETTINGS, 1)


def test_table_of_optima_orders_best_median_and_worst(entry, tables):
    optima = entry("compute_optima")(tables["runs"], SETTINGS.gammas, 1e-6)
    assert optima["depth"].tolist() == [2, 3, 2, 3]
    assert (optima["descent_best"] <= optima["descent_median"]).all()
    assert (optima["descent_median"] <= optima["descent_worst"]).all()
    np.testing.assert_allclose(optima["dual"], optima["closed_form"], rtol=1e-8)


def test_every_announced_figure_is_drawn_and_says_its_finding(entry, tables, announced_figures):
    offered = tables | {
        "metrics": metrics(entry, tables, METRIC_COLUMNS).reset_index(), "optima": None, "target": SETTINGS.target,
        "sources": SOURCES, "instances": ["circulant"], "weight_decay_depths": [2, 3],
    }  # fmt: skip
    offered["optima"] = entry("compute_optima")(tables["runs"], SETTINGS.gammas, SETTINGS.target)
    assert len(announced_figures) == 5
    panels = {}
    for name in announced_figures:
        function = entry(f"figure_{name}")
        fig = function(**{argument: offered[argument] for argument in inspect.signature(function).parameters})
        assert fig.get_suptitle(), name
        assert all(axes.has_data() for axes in fig.axes if axes.get_visible()), name
        panels[name] = [axes.get_title(loc="left") for axes in fig.axes]
    assert panels["gap_against_iteration"][::2] == ["circulant, $\\gamma=0$", "digits, $\\gamma=0$"]
    assert [title.split(":")[0] for title in panels["optimum_against_gamma"][:2]] == ["digits", "circulant"]
    assert panels["step_sensitivity"] == ["circulant, orthogonal starts", "digits, orthogonal starts"]
