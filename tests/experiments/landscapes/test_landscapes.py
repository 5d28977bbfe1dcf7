"""The experiment's scripts on an instance of seconds."""

import numpy as np
import pandas as pd
import pytest


def test_tables_hold_every_plane_on_every_grid(tables):
    measures, surfaces = tables["measures"], tables["surfaces"]
    # three planes of the usual training in four repetitions, two controls in three
    assert len(measures) == 3 * (4 * 3 + 3 * 2)
    assert set(measures["width"]) == {1, 2, 3}
    assert surfaces.groupby("branches").size().to_dict() == {4: 100, 6: 100, 12: 100}
    assert set(surfaces["variant"]) == {"official"}
    assert len(tables["hessian"]) == 3 * 4 * 2


def test_repetition_that_is_drawn_is_the_median_one(script, tables, rows):
    official = tables["measures"].query("variant == 'official'")
    for branches, part in official.groupby("branches"):
        median = part["violation_below_constant"].quantile(0.5, interpolation="lower")
        record = script("_surfaces").drawn(tables["measures"], rows[0], branches)
        assert record["violation_below_constant"] == median
        _, _, losses = script("_surfaces").surface_of(tables["surfaces"], rows[0], record)
        assert (losses.min(), losses.max()) == (record["smallest_loss"], record["largest_loss"])


def test_measures_over_the_gain_are_those_over_what_training_gained(tables):
    official = tables["measures"].query("variant == 'official'")
    ceiling = 1 - 1 / 3
    np.testing.assert_allclose(
        official["violation_over_gain"], official["violation_below_constant"] / (ceiling - official["smallest_loss"])
    )
    np.testing.assert_allclose(
        official["chord_violation_over_gain"], official["chord_violation"] / (ceiling - official["mean_network_loss"])
    )


def test_aligned_networks_lose_what_the_official_ones_lose(tables):
    losses = tables["measures"].groupby(["branches", "repetition", "variant"])["mean_network_loss"].first().unstack()
    np.testing.assert_allclose(losses["aligned"], losses["official"], rtol=1e-5)


def test_the_first_number_of_branches_needs_no_training_with_another_step(tables):
    first = tables["measures"].query("branches == 4 and repetition == 0").groupby("variant")["training_loss"].first()
    assert first["constant step"] == first["official"]
    last = tables["measures"].query("branches == 12 and repetition == 0").groupby("variant")["training_loss"].first()
    assert last["constant step"] > last["official"]


def test_the_same_seed_gives_the_same_tables(planes, tables):
    again = planes(branches=[4], repetitions=1)["measures"]
    first = tables["measures"].query("branches == 4 and repetition == 0")
    pd.testing.assert_frame_equal(again, first.reset_index(drop=True))


def test_networks_have_as_many_parameters_and_their_own_best_step(tables):
    convergence, steps = tables["convergence"], tables["steps"]
    assert convergence["parameters"].between(80, 125).all()
    assert convergence.groupby("branches")["width"].first().is_monotonic_decreasing
    assert set(steps.groupby("branches").size()) == {4}
    taken = convergence.groupby("branches")["step"].unique()
    for branches, trials in steps.groupby("branches"):
        assert taken[branches].tolist() == [trials.loc[trials["score"].idxmin(), "step"]]


def with_violation(tables, values):
    """Tables whose relative violation is a function of branches, repetition and row, with a second row."""
    measures = pd.concat([tables["measures"], tables["measures"].assign(row="other")], ignore_index=True)
    measures["relative_violation"] = values(measures)
    return tables | {"measures": measures, "hessian": pd.concat([tables["hessian"], tables["hessian"].assign(row="b")])}


def test_a_trend_is_the_slope_over_all_numbers_of_branches_in_the_worst_row(metrics_of, tables):
    falling = with_violation(tables, lambda table: 0.9 - 0.5 * np.log10(table["branches"]))
    metrics = metrics_of(falling).set_index("metric")
    trend = metrics.loc["official_relative_trend"]
    assert (trend["value"], trend["high"], trend["n"]) == (pytest.approx(-0.5), pytest.approx(-0.5), 4)
    assert metrics.loc["official_relative_rank_correlation", "value"] == -1
    assert metrics.loc["official_relative_largest_step", "value"] == pytest.approx(-0.5 * np.log10(1.5))

    def rises_in_one_row(table):
        slopes = np.where(table["row"] == "tiny", 0.1 * (table["repetition"] - 1.0), -0.5)
        return 0.5 + slopes * np.log10(table["branches"])

    worst = metrics_of(with_violation(tables, rises_in_one_row)).set_index("metric")
    trend = worst.loc["official_relative_trend"]
    assert trend["value"] == pytest.approx(0.05)
    assert trend["low"] < 0 < trend["high"]
    assert worst.loc["other_official_relative_trend", "value"] == pytest.approx(-0.5)
    assert worst.loc["tiny_official_relative_trend", "value"] == pytest.approx(0.05)


def test_one_rise_between_two_numbers_of_branches_is_seen_beside_a_fall_over_all(metrics_of, tables):
    rise = {4: 0.8, 6: 0.85, 12: 0.1}
    metrics = metrics_of(with_violation(tables, lambda table: table["branches"].map(rise))).set_index("metric")
    assert metrics.loc["official_relative_trend", "value"] < 0
    assert metrics.loc["official_relative_largest_step", "value"] == pytest.approx(0.05)


def test_planes_without_gain_are_counted_and_left_out(metrics_of, tables):
    measures = tables["measures"].copy()
    missing = (measures["variant"] == "official") & (measures["branches"] == 6)
    before = metrics_of(tables).set_index("metric")["value"]["planes_of_networks_without_gain"]
    measures.loc[missing, "violation_over_gain"] = np.nan
    after = metrics_of(tables | {"measures": measures}).set_index("metric")
    assert after.loc["planes_of_networks_without_gain", "value"] == before + missing.sum()
    assert after.loc["official_gain_trend", "n"] == 4


def test_a_violation_that_vanishes_counts_as_negligible_and_is_counted(metrics_of, tables):
    measures = tables["measures"].copy()
    measures["violation_below_constant"] = np.where(measures["branches"] == 4, 0.1, 0.0)
    values = metrics_of(tables | {"measures": measures}).set_index("metric")["value"]
    assert values["constant_step_violation_below_constant_smallest_ratio"] == pytest.approx(0.01)
    assert values["negligible_violations_with_constant_step"] == 3


def test_a_number_that_is_missing_is_an_error_with_its_name(metrics_of, tables):
    measures = tables["measures"].assign(relative_violation=np.nan)
    with pytest.raises(ValueError, match=r"landscapes: metric official_relative_trend: .*NaN"):
        metrics_of(tables | {"measures": measures})


def test_a_step_at_the_edge_leaves_no_number(metrics_of, tables):
    table = tables["convergence"].assign(edge="")
    assert metrics_of(tables | {"convergence": table}).set_index("metric").loc["equal_parameters_rises_trend", "n"] == 3
    table.loc[table["branches"] == 4, "edge"] = "smallest"
    kinds = metrics_of(tables | {"convergence": table}).set_index("metric")["kind"]
    assert kinds["equal_parameters_training_loss_trend"] == "step at the edge"


def test_every_announced_figure_is_drawn(announced_figures, entry, tables, metrics_of, rows):
    surfaces, measures, hessian = ([tables[name]] for name in ("surfaces", "measures", "hessian"))
    numbers = metrics_of(tables)
    drawn = {
        "architecture": entry("figure_architecture")(),
        "surfaces": entry("figure_surfaces")(surfaces, measures, numbers, rows),
        "contours": entry("figure_contours")(surfaces, measures, rows),
        "controls": entry("figure_controls")(measures, numbers, rows),
        "measures": entry("figure_measures")(measures, numbers, rows),
        "curvature": entry("figure_curvature")(hessian, numbers, rows),
        "convergence": entry("figure_convergence")(tables["convergence"], tables["steps"], numbers),
    }
    assert drawn.keys() == announced_figures
    # three surfaces and one scale; three contours and one scale; three quantities of the controls; six measures
    assert [len(drawn[name].axes) for name in ("surfaces", "contours", "controls", "measures")] == [4, 4, 3, 6]
    assert all(axes.has_data() for name in ("controls", "measures", "curvature") for axes in drawn[name].axes)


def test_a_build_without_controls_measures_and_draws_the_rest(entry, tables, metrics_of, rows):
    controls = tables["measures"]["variant"].isin(["constant step", "fixed total width"])
    measures = tables["measures"][~controls]
    numbers = metrics_of(tables | {"measures": measures})
    assert not numbers["metric"].str.contains("constant_step|fixed_total_width").any()
    left = metrics_of(tables).set_index("metric").loc[numbers["metric"]].reset_index()
    changed = ~(numbers["metric"] == "planes_of_networks_without_gain")
    assert numbers[changed].reset_index(drop=True).equals(left[changed].reset_index(drop=True))
    figure = entry("figure_controls")([measures], numbers, rows)
    assert [len(axes.get_yticks()) for axes in figure.axes] == [3, 3, 3]


def test_contours_show_the_networks_outside_the_window(entry, tables, rows):
    axes = entry("figure_contours")([tables["surfaces"]], [tables["measures"]], rows).axes[0]
    networks = axes.lines[0].get_xydata()
    assert np.abs(networks).max() > tables["surfaces"]["x"][tables["surfaces"]["variant"] == "official"].max()
    assert np.abs(networks).max() < min(axes.get_xlim()[1], axes.get_ylim()[1])
