"""The experiment's scripts on an instance of seconds."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts" / "branches"


def script(name):
    spec = importlib.util.spec_from_file_location(f"branches_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    return [{"X": rng.normal(size=(60, 5)) + 0.7 * y[:, None], "y": y}]


@pytest.fixture(scope="module")
def tables(data):
    options = {"classes": [0, 1], "seed": 1}
    gaps = script("gaps").gaps(
        data,
        kinds=["relu", "two_layer"],
        samples=6,
        directions=3,
        levels=10,
        radius=16.0,
        taus=[1.0, 64.0],
        budgets=[0.3, 1.0],
        branches=[1, 2, 4],
        node_limit=10,
        **options,
    )
    frequencies = script("frequency").frequencies(
        data,
        descent_samples=8,
        descent_branches=[1, 2],
        descent_taus=[0.5, 1.0],
        weight_bound=2.0,
        starts=5,
        steps=30,
        step=2.0,
        success=0.01,
        repetitions=1,
        cells=300,
        descent_nodes=5,
        device="cpu",
        **options,
    )
    return gaps["gaps"], gaps["identities"], frequencies


def test_brackets_contain_each_other_in_order(tables):
    gaps, _, frequencies = tables
    assert (gaps["lp"] <= gaps["dual_lower"] + 1e-12).all()
    assert (gaps["dual_lower"] <= gaps["primal_upper"] + 1e-12).all()
    assert (frequencies["lower"] <= frequencies["upper"]).all()
    assert (frequencies["certain_successes"] <= frequencies["possible_successes"]).all()
    assert set(gaps["linear"]) == {True, False}


def test_metrics_see_a_gap_above_the_bound(tables):
    gaps, identities, frequencies = tables
    metrics = script("metrics").metrics(gaps, identities, frequencies)
    assert metrics["largest_excess_over_bound_linear"] <= 1e-8
    assert metrics["largest_closed_form_error"] <= 1e-8
    assert metrics["counterexample_delta"] == 0.0
    assert metrics["counterexample_gap"] == pytest.approx(0.5, abs=1e-8)
    wrong = gaps.copy()
    row = wrong.index[wrong["linear"] & np.isfinite(wrong["budget"])][0]
    wrong.loc[row, "gap"] = wrong.loc[row, "bound"] + 0.25
    again = script("metrics").metrics(wrong, identities, frequencies)
    assert again["largest_excess_over_bound_linear"] == pytest.approx(0.25)


def test_every_announced_figure_is_drawn(tables):
    gaps, _, frequencies = tables
    figures = script("figures").all_figures(gaps, frequencies)
    rules = (SCRIPTS.parents[1] / "workflow" / "experiments" / "branches" / "rules.smk").read_text(encoding="utf-8")
    assert all(f"{name}=" in rules for name in figures)
    assert all(figure.axes[0].get_ylabel() for figure in figures.values())


def test_the_same_seed_gives_the_same_table(data, tables):
    options = {"classes": [0, 1], "seed": 1, "kinds": ["relu"], "samples": 6, "directions": 3, "levels": 10}
    options |= {"radius": 16.0, "taus": [1.0, 64.0], "budgets": [0.3, 1.0], "branches": [1, 2, 4], "node_limit": 10}
    again = script("gaps").gaps(data, **options)["gaps"]
    first = tables[0]
    pd.testing.assert_frame_equal(
        again[again["kind"] == "relu"].reset_index(drop=True), first[first["kind"] == "relu"].reset_index(drop=True)
    )
