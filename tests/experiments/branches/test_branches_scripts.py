"""The scripts of the experiment `branches` on an instance of seconds."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

GAPS = SimpleNamespace(
    kinds=["relu", "two_layer", "tanh"], samples=6, directions=3, levels=10, radius=16.0, taus=[1.0, 64.0],
    budgets=[0.3, 1.0], branches=[1, 2, 4], node_limit=10,
)  # fmt: skip
FREQUENCIES = SimpleNamespace(
    samples=8, branches=[1, 2], taus=[0.5, 1.0], weight_bound=2.0, starts=5, steps=30, step=2.0, success=0.01,
    repetitions=3, cells=300, node_limit=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    return {"X": rng.normal(size=(60, 5)) + 0.7 * y[:, None], "y": y}


@pytest.fixture(scope="module")
def tables(entry, data):
    frequencies = entry("compute_frequencies")(data, [0, 1], FREQUENCIES, "cpu", 1)
    return entry("compute_gaps")(data, [0, 1], GAPS, 1) | frequencies


def test_brackets_contain_each_other_in_order(tables):
    gaps, frequencies = tables["gaps"], tables["frequencies"]
    assert (gaps["lp"] <= gaps["dual_lower"] + 1e-12).all()
    assert (gaps["dual_lower"] <= gaps["primal_upper"] + 1e-12).all()
    assert (frequencies["lower"] <= frequencies["upper"]).all()
    assert (frequencies["certain_successes"] <= frequencies["possible_successes"]).all()
    assert set(gaps["linear"]) == {True, False}


def test_shares_are_means_over_draws_and_lie_within_their_intervals(tables):
    shares, frequencies = tables["shares"], tables["frequencies"]
    for row in shares.itertuples():
        part = frequencies[(frequencies["tau"] == row.tau) & (frequencies["branches"] == row.branches)]
        assert row.certain == pytest.approx(part["certain_successes"].sum() / (5 * len(part)))
        assert row.certain_low <= row.certain <= row.certain_high
        assert row.possible_low <= row.possible <= row.possible_high


def test_metrics_see_a_gap_above_the_bound(entry, tables):
    others = tables["identities"], tables["frequencies"]
    metrics = entry("metrics")(tables["gaps"], *others).set_index("metric")
    value = metrics["value"]
    assert value["largest_excess_over_bound_linear"] <= 1e-8
    assert value["largest_closed_form_error"] <= 1e-8
    assert value["counterexample_delta"] == 0.0
    assert value["counterexample_gap"] == pytest.approx(0.5, abs=1e-8)
    assert metrics.loc["fall_of_certified_optimum_kinked", ["kind", "n", "unit"]].tolist() == ["estimate", 3, "draw"]
    wrong = tables["gaps"].copy()
    row = wrong.index[wrong["linear"] & np.isfinite(wrong["budget"])][0]
    wrong.loc[row, "gap"] = wrong.loc[row, "bound"] + 0.25
    again = entry("metrics")(wrong, *others).set_index("metric")["value"]
    assert again["largest_excess_over_bound_linear"] == pytest.approx(0.25)


def test_every_announced_figure_is_drawn(entry, tables, announced_figures):
    reads = dict.fromkeys(("gap_against_branches", "gap_over_bound", "three_values"), "gaps")
    reads["success_frequency"] = "shares"
    assert reads.keys() == announced_figures
    for figure, table in reads.items():
        drawn = entry(f"figure_{figure}")(tables[table])
        assert drawn.axes[0].get_ylabel()
        assert all(axes.has_data() for axes in drawn.axes), figure


def test_the_same_seed_gives_the_same_table(entry, data, tables):
    one_kind = SimpleNamespace(**{**vars(GAPS), "kinds": ["relu"]})
    again = entry("compute_gaps")(data, [0, 1], one_kind, 1)["gaps"]
    first = tables["gaps"]
    pd.testing.assert_frame_equal(
        again[again["kind"] == "relu"].reset_index(drop=True), first[first["kind"] == "relu"].reset_index(drop=True)
    )
