"""The scripts of the experiment `branches` on an instance of seconds."""

import numpy as np
import pandas as pd
import pytest


def test_brackets_contain_each_other_in_order(tables):
    gaps, frequencies = tables["gaps"], tables["frequencies"]
    assert (gaps["lp"] <= gaps["dual_lower"] + 1e-12).all()
    assert (gaps["dual_lower"] <= gaps["primal_upper"] + 1e-12).all()
    assert (frequencies["lower"] <= frequencies["upper"]).all()
    assert (frequencies["certain_successes"] <= frequencies["possible_successes"]).all()
    assert (frequencies["certain_fixed"] <= frequencies["possible_fixed"]).all()
    assert set(gaps["linear"]) == {True, False}


def test_values_of_independent_programs_are_those_that_use_the_theorems(tables):
    gaps = tables["gaps"].dropna(subset=["independent_lp"])
    # Every linear hinge, every number of branches without a budget, few branches with one.
    assert {tuple(row) for row in gaps[["linear", "branches"]].to_numpy()} >= {(True, 997), (False, 997)}
    for name in ("lp", "dual_lower", "primal_upper"):
        np.testing.assert_allclose(gaps[f"independent_{name}"], gaps[name], atol=1e-8)


def test_the_step_of_each_number_of_branches_is_the_best_of_as_many_trials(tables):
    frequencies, tunings = tables["frequencies"], tables["tunings"]
    assert set(tunings.groupby(["regime", "tau", "branches"]).size()) == {5}
    rows_of = dict(list(frequencies.groupby(["regime", "tau", "branches"])))
    for key, trials in tunings.groupby(["regime", "tau", "branches"]):
        rows = rows_of[key]
        assert rows["step"].unique().tolist() == [trials.loc[trials["score"].idxmin(), "step"]]
        assert trials.loc[trials["chosen"], "step"].tolist() == rows["step"].unique().tolist()


def test_shares_are_means_over_draws_and_lie_within_their_intervals(tables):
    shares, frequencies = tables["shares"], tables["frequencies"]
    for row in shares.itertuples():
        part = frequencies.query("regime == @row.regime and tau == @row.tau and branches == @row.branches")
        assert row.certain == pytest.approx(part["certain_successes"].sum() / (5 * len(part)))
        assert row.certain_low <= row.certain <= row.certain_high
        assert row.possible_low <= row.possible <= row.possible_high


def test_metrics_see_a_gap_above_the_bound(metrics_of, tables):
    metrics = metrics_of(tables).set_index("metric")
    value = metrics["value"]
    assert value["largest_excess_over_bound_linear"] <= 1e-8
    assert value["largest_closed_form_error"] <= 1e-8
    assert value["counterexample_delta"] == 0.0
    assert value["counterexample_gap"] == pytest.approx(0.5, abs=1e-8)
    assert metrics.loc["fall_of_certified_optimum_kinked", ["kind", "n", "unit"]].tolist() == ["estimate", 3, "draw"]
    wrong = tables["gaps"].copy()
    row = wrong.index[wrong["linear"] & np.isfinite(wrong["budget"])][0]
    wrong.loc[row, "gap"] = wrong.loc[row, "bound"] + 0.25
    again = metrics_of(tables | {"gaps": wrong}).set_index("metric")["value"]
    assert again["largest_excess_over_bound_linear"] == pytest.approx(0.25)


def test_a_step_at_the_edge_leaves_no_number(metrics_of, tables):
    frequencies = tables["frequencies"].copy()
    frequencies.loc[(frequencies["regime"] == "realisable") & (frequencies["branches"] == 6), "edge"] = "largest"
    frequencies.loc[frequencies["regime"] == "overlapping", "edge"] = ""
    kinds = metrics_of(tables | {"frequencies": frequencies}).set_index("metric")["kind"]
    assert kinds["gain_in_success_realisable"] == "step at the edge"
    assert kinds["gain_in_success_kinked"] == "estimate"


def test_the_gain_in_success_reaches_from_the_certain_to_the_possible_one(metrics_of, tables):
    frequencies = tables["frequencies"].assign(edge="", starts=10, certain_successes=2, possible_successes=4)
    most = frequencies["branches"] == 2
    frequencies.loc[most, ["certain_successes", "possible_successes"]] = [6, 9]
    gain = metrics_of(tables | {"frequencies": frequencies}).set_index("metric").loc["gain_in_success_kinked"]
    assert (gain["low"], gain["high"]) == pytest.approx((0.6 - 0.4, 0.9 - 0.2))


def test_every_announced_figure_is_drawn(entry, tables, metrics_of, announced_figures):
    tables = tables | {"numbers": metrics_of(tables)}
    reads = {figure: ["gaps"] for figure in ("gap_over_bound", "three_values")}
    reads |= {"success_frequency": ["shares", "numbers"], "step_sensitivity": ["tunings"]}
    reads["differing_branches"] = ["sums", "architectures", "numbers"]
    assert reads.keys() == announced_figures
    for figure, names in reads.items():
        drawn = entry(f"figure_{figure}")(*(tables[name] for name in names))
        assert drawn.axes[0].get_ylabel()
        assert all(axes.has_data() for axes in drawn.axes), figure


def test_the_same_seed_gives_the_same_table(compute, tables):
    again = compute("gaps", kinds=["relu"])["gaps"]
    first = tables["gaps"]
    pd.testing.assert_frame_equal(
        again[again["kind"] == "relu"].reset_index(drop=True), first[first["kind"] == "relu"].reset_index(drop=True)
    )
