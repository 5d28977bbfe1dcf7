"""The experiment's scripts on an instance of seconds."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

SETTINGS = SimpleNamespace(
    branches=[4, 12],
    repetitions=4,
    control_repetitions=3,
    plane_range=0.7,
    random_range=1.0,
    grid_points=7,
    control_grid_points=6,
    band_grid_points=5,
    chord_points=5,
    hessian_samples=30,
    hessian_probes=1,
    hessian_steps=4,
)
PROBLEM = {
    "name": "tiny",
    "pooling": 2,
    "samples": 40,
    "plane_samples": 20,
    "hidden_layers": 1,
    "width": 1,
    "total_width": 12,
    "step": 0.3,
    "epochs": 3,
    "batch_size": 10,
}
ROWS = [{**PROBLEM, "title": "tiny images"}]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y, y_test = rng.integers(0, 3, 60), rng.integers(0, 3, 20)
    centres = rng.normal(size=(3, 16))
    return {
        "X": centres[y] + 0.3 * rng.normal(size=(60, 16)),
        "y": y,
        "X_test": centres[y_test] + 0.3 * rng.normal(size=(20, 16)),
        "y_test": y_test,
        "image_shape": np.array([4, 4]),
    }


@pytest.fixture(scope="module")
def tables(entry, data):
    return entry("compute_planes")(data, PROBLEM, SETTINGS, 1, "cpu")


def test_tables_hold_every_plane_on_every_grid(tables):
    measures, surfaces = tables["measures"], tables["surfaces"]
    # three planes of the usual training in four repetitions, two controls in three; all five finely in the first
    assert len(measures) == 2 * (4 * 3 + 3 * 2 + 5)
    assert set(measures["width"]) == {1, 3}
    assert surfaces.groupby(["branches", "variant"]).size().to_dict() == {
        (branches, variant): 49 if variant == "official" else 36
        for branches in (4, 12)
        for variant in ("official", "aligned", "random", "constant step", "fixed total width")
    }
    assert len(tables["hessian"]) == 2 * 4 * 2


def test_aligned_networks_lose_what_the_official_ones_lose(tables):
    losses = tables["measures"].groupby(["branches", "repetition", "variant"])["mean_network_loss"].first().unstack()
    np.testing.assert_allclose(losses["aligned"], losses["official"], rtol=1e-5)


def test_the_first_number_of_branches_needs_no_training_with_another_step(tables):
    first = tables["measures"].query("branches == 4 and repetition == 0").groupby("variant")["training_loss"].first()
    assert first["constant step"] == first["official"]
    last = tables["measures"].query("branches == 12 and repetition == 0").groupby("variant")["training_loss"].first()
    assert last["constant step"] > last["official"]


def test_the_same_seed_gives_the_same_tables(entry, data, tables):
    fewer = SimpleNamespace(**{**vars(SETTINGS), "branches": [4], "repetitions": 1})
    again = entry("compute_planes")(data, PROBLEM, fewer, 1, "cpu")
    first = tables["measures"].query("branches == 4 and repetition == 0")
    pd.testing.assert_frame_equal(again["measures"], first.reset_index(drop=True))


def test_metrics_see_a_hill_that_grows_with_the_branches_in_one_row(entry, tables):
    measures = tables["measures"].copy()
    measures["violation_below_constant"] = np.where(measures["branches"] == 4, 0.1, 0.05)
    measures = pd.concat([measures, measures.assign(row="other")], ignore_index=True)
    hessian, rows = pd.concat([tables["hessian"], tables["hessian"].assign(row="other")]), [*ROWS, {**ROWS[0]}]

    def metrics():
        return entry("metrics")([measures], [hessian], rows).set_index("metric")

    before = metrics()
    assert before.loc["official_violation_below_constant_largest_ratio", "value"] == pytest.approx(0.5)
    assert before.loc["official_violation_below_constant_largest_ratio", "n"] == 4
    wrong = (measures["branches"] == 12) & (measures["variant"] == "official") & (measures["row"] == "tiny")
    measures.loc[wrong, "violation_below_constant"] = 0.3 * np.exp(measures.loc[wrong, "repetition"] - 1.5)
    after = metrics()
    worst = after.loc["official_violation_below_constant_largest_ratio"]
    assert worst["value"] == pytest.approx(3.0)
    assert worst["low"] < 1.0 < worst["high"]
    assert after.loc["tiny_official_violation_below_constant_ratio", "value"] == pytest.approx(3.0)
    assert after.loc["other_official_violation_below_constant_ratio", "value"] == pytest.approx(0.5)
    assert after.loc["aligned_violation_below_constant_largest_ratio", "value"] == pytest.approx(0.5)


def test_a_violation_that_vanishes_counts_as_negligible_and_not_as_nan(entry, tables):
    measures = tables["measures"].copy()
    measures["violation_below_constant"] = np.where(measures["branches"] == 4, 0.1, 0.0)
    values = entry("metrics")([measures], [tables["hessian"]], ROWS).set_index("metric")["value"]
    assert values["constant_step_violation_below_constant_smallest_ratio"] == pytest.approx(0.01)
    assert values["random_fall_of_violation"] == pytest.approx(0.1)


def test_a_number_that_is_missing_is_an_error_with_its_name(entry, tables):
    measures = tables["measures"].assign(chord_violation=np.nan)
    with pytest.raises(ValueError, match=r"landscapes: metric official_chord_violation_largest_ratio: .*NaN"):
        entry("metrics")([measures], [tables["hessian"]], ROWS)


def test_every_announced_figure_is_drawn(announced_figures, entry, tables):
    surfaces, measures, hessian = ([tables[name]] for name in ("surfaces", "measures", "hessian"))
    drawn = {
        "architecture": entry("figure_architecture")(),
        "surfaces": entry("figure_surfaces")(surfaces, measures, hessian, ROWS),
        "contours": entry("figure_contours")(surfaces, measures, ROWS),
        "controls": entry("figure_controls")(surfaces, measures, ROWS),
        "measures": entry("figure_measures")(measures, ROWS),
        "curvature": entry("figure_curvature")(hessian, ROWS),
    }
    assert drawn.keys() == announced_figures
    # two surfaces and one scale; two contours and one scale; two lines of four controls and one scale
    assert [len(drawn[name].axes) for name in ("surfaces", "contours", "controls")] == [3, 3, 9]
    assert len(drawn["measures"].axes[0].lines) == 5
    assert len(drawn["curvature"].axes[0].lines) == 2
