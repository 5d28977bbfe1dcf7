import importlib.util
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts" / "linear_duality"


def script(name):
    spec = importlib.util.spec_from_file_location(f"linear_duality_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tables():
    settings = {
        "instances": ["gaussian", "circulant", "affine"],
        "descent_instances": ["circulant"],
        "depths": [2, 3],
        "weight_decay_depths": [2, 3],
        "gamma_points": 3,
        "largest_gamma": 1.2,
        "descent_gammas": [0.0, 0.5],
        "repetitions": 2,
        "initialisations": ["orthogonal"],
        "iterations": 60,
        "given_iterations": 20,
        "record_every": 10,
        "step_factor": 0.25,
        "target": 1e-6,
        "tolerance": 1e-10,
    }
    return script("compute").tables(source="synthetic", seed=1, **settings)


def metrics(tables):
    return script("metrics").metrics(*([tables[name]] for name in ("dual", "convergence", "runs")), target=1e-6)


def test_tables_are_complete_and_their_gaps_are_zero(tables):
    dual, runs = tables["dual"], tables["runs"]
    assert set(dual["dataset"]) == {"gaussian", "circulant", "affine"}
    assert set(runs["dataset"]) == {"circulant"}
    assert (dual["relative_gap"].abs() <= 1e-9).all()
    assert (dual.groupby(["dataset", "rank"])["gamma"].max() > 1).all()
    # ranks × depths, weight decay and the inputs as given, each for 2 gammas × 2 starts
    assert len(runs) == (2 * 2 + 2 + 1) * 4
    assert (runs["relative_gap"] >= -1e-12).all()


def test_a_gap_in_the_tables_shows_in_its_metric(tables):
    before = metrics(tables)
    assert before["worst_gap_gamma_beyond_sigma_min"] <= 1e-9
    dual = tables["dual"].copy()
    beyond = dual.index[dual["gamma"] > dual["sigma_min"]][0]
    dual.loc[beyond, "relative_gap"] = 0.25
    after = metrics({**tables, "dual": dual})
    assert after["worst_gap_gamma_beyond_sigma_min"] == 0.25
    assert after["worst_gap_gamma_up_to_sigma_min"] == before["worst_gap_gamma_up_to_sigma_min"]


def test_a_descent_below_the_dual_shows_in_its_metric(tables):
    runs = tables["runs"].copy()
    runs.loc[runs["regulariser"] == "schatten", "relative_gap"] = -1e-6
    assert metrics(tables)["descent_below_dual_runs"] == 0
    assert metrics({**tables, "runs": runs})["descent_below_dual_runs"] == (runs["regulariser"] == "schatten").sum()


def test_figures_draw_every_panel_without_a_number_of_their_own(tables):
    figures = script("figures")
    optima = figures.table_of_optima(tables["runs"], 1e-6)
    assert optima["depth"].tolist() == [2, 3]
    assert (optima["descent_best"] <= optima["descent_median"]).all()
    np.testing.assert_allclose(optima["dual"], optima["closed_form"], rtol=1e-8)
    assert len(figures.draw_table(optima).axes) == 1
    picture = figures.gap_against_iteration(tables["histories"], tables["convergence"], "circulant", 1e-6)
    assert sum(ax.get_visible() for ax in picture.axes) == 4
