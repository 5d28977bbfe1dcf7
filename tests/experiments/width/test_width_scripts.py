"""The scripts of the experiment `width` on an instance of seconds."""

import inspect
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from convexify_workflow.claims import metrics_named

ROOT = Path(__file__).parents[3]

SEED = 1
POINTS = {"samples": 4, "dimension": 3}
FIXED = {"depth": 2, "activation": "softplus"}
BY_DEPTH = {"activations": ["softplus", "tanh"], "depths": [1, 2, 3], "target": 0.3, "step_fraction": 0.5}


LONG = {"width": 16, "repetitions": 3, "fewest": 40, "most": 300}


def settings(*sections, **more):
    return SimpleNamespace(**{key: value for section in sections for key, value in section.items()}, **more)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return [{"X": rng.random((20, 6)), "y": np.arange(20) % 10}]


@pytest.fixture(scope="module")
def tables(entry, data):
    training = settings(
        POINTS,
        FIXED,
        datasets=["digits"],
        activations=["softplus", "tanh"],
        widths=[4, 8, 16],
        repetitions=3,
        iterations=5,
        step_fraction=0.5,
    )
    limits = entry("compute_limits")(settings(POINTS, BY_DEPTH, draws=5), SEED)
    grid = {"widths": [8, 16, 32, 512], "repetitions": 5}
    target = settings(POINTS, BY_DEPTH, **grid, most_iterations=60)
    shallow = settings(
        {"samples": 8, "widths": [8, 16, 32], "repetitions": 3, "epochs": 10},
        repetitions_below=4,
        repetitions_of_other_steps=3,
        widths_of_other_steps=[8, 16],
        steps=["calibrated", "half of 2/λ_max"],
        reported_log_error=-1.0,
    )
    initial = settings(POINTS, FIXED, {"datasets": ["digits"]}, widths=[8, 16, 32], repetitions=12)
    return {
        **entry("compute_initial")(data, initial, "cpu", SEED),
        **entry("compute_training")(data, training, "cpu", SEED),
        "limits": limits,
        **entry("compute_stability")(limits, settings(POINTS, **grid), "cpu", SEED),
        **entry("compute_target")(limits, target, "cpu", SEED),
        "degeneracy": entry("compute_degeneracy")(
            settings(POINTS, FIXED, activations=["softplus", "tanh"], angles=[0.1, 0.01, 0.001], draws=3), SEED
        ),
        "defects": entry("compute_defects")(
            settings(POINTS, FIXED, width=16, repetitions=3, step_fractions=[0.1, 0.05, 0.025]), "cpu", SEED
        ),
        "shallow": entry("compute_shallow")(shallow, "cpu", SEED),
        "long": entry("compute_long")(
            settings(POINTS, FIXED, activations=["softplus", "tanh"], step_fraction=0.5, **LONG), "cpu", SEED
        ),
    }


METRICS = ("initial", "shapes", "records", "losses", "limits", "stability", "stable_width_of_draws")
METRICS += ("target_width_of_starts", "degeneracy", "defects", "long", "shallow")


def metrics_of(entry, tables, **changed):
    table = entry("metrics")(**{name: changed.get(name, tables[name]) for name in METRICS})
    return table.set_index("metric")


def test_every_network_of_the_grid_is_in_the_tables(tables):
    assert len(tables["initial"]) == 2 * 2 * 3 * 12 * 3
    assert len(tables["shapes"]) == 2 * 2 * 3 * 4
    assert len(tables["losses"]) == 2 * 2 * 2 * 3 * 3 * 6
    assert len(tables["stability"]) == 2 * 5 * 3 * 4 * 5
    assert len(tables["limits"]) == 5 * 2 * 5 * 3
    assert tables["target"]["allowance"].max() <= 60


def test_losses_start_at_one_and_fall(tables):
    losses = tables["losses"]
    assert (losses.loc[losses["iteration"] == 0, "relative_loss"] == 1).all()
    assert losses.loc[losses["iteration"] == 5, "relative_loss"].median() < 1


def test_metrics_see_planted_errors(entry, tables):
    before = metrics_of(entry, tables)["value"]
    assert before["linearisation_defect_slope"] == pytest.approx(2.0, abs=0.2)
    losses = tables["losses"].copy()
    row = losses.index[(losses["iteration"] == 3) & (losses["width"] == 16)][0]
    losses.loc[row, "relative_loss"] = 7 * losses.loc[row, "bound"]
    assert metrics_of(entry, tables, losses=losses).loc[
        "bound_ratio_largest_at_largest_width", "value"
    ] == pytest.approx(7.0)
    records = tables["records"].assign(weight_distance=lambda table: 1 / table["width"])
    records.loc[records["iteration"] == 0, "weight_distance"] = 0.0
    assert metrics_of(entry, tables, records=records).loc["weight_slope", "value"] == pytest.approx(-1.0)
    widths = tables["stable_width_of_draws"]
    widths = widths.assign(width=widths["depth"] ** (2.0 * (widths["variant"] == "fc")))
    changed = metrics_of(entry, tables, stable_width_of_draws=widths)["value"]
    assert changed["width_power_of_depth_fc"] == pytest.approx(2.0)
    assert changed["width_power_fc_minus_skip_unscaled"] == pytest.approx(2.0)


def test_draws_without_a_stable_width_are_left_out_and_too_few_are_not_reached(entry, tables):
    widths = tables["stable_width_of_draws"].assign(width=8.0)
    deep_fc = (widths["variant"] == "fc") & (widths["depth"] == 3)
    widths.loc[deep_fc & (widths["draw"] == 0), "width"] = np.nan
    assert metrics_of(entry, tables, stable_width_of_draws=widths).loc["width_power_of_depth_fc", "n"] == 4
    widths.loc[deep_fc, "width"] = np.nan
    found = metrics_of(entry, tables, stable_width_of_draws=widths)["kind"]
    assert found["width_power_of_depth_fc"] == found["width_power_fc_minus_skip_unscaled"] == "not reached"
    assert found["width_power_of_depth_resnet"] == "estimate"


def test_every_number_has_a_kind_and_every_claim_a_metric(entry, tables):
    shallow = tables["shallow"].assign(width=tables["shallow"]["width"].replace({8: 500, 32: 8000}), samples=1000)
    table = metrics_of(entry, tables, shallow=shallow)
    assert set(table["kind"]) <= {"estimate", "exact", "bound", "not reached"}
    claims = ROOT / "workflow" / "experiments" / "width" / "claims.yaml"
    named = {metric for _, metric in metrics_named(yaml.safe_load(claims.read_text(encoding="utf-8")))}
    assert named <= set(table.index)


def test_every_announced_figure_is_drawn_and_says_its_finding(entry, tables, announced_figures):
    offered = tables | {
        "metrics": metrics_of(entry, tables).reset_index(), "activation": "softplus",
        "stable_width": tables["stable_width_of_draws"], "target_width": tables["target_width_of_starts"],
    }  # fmt: skip
    assert len(announced_figures) == 6
    for name in announced_figures:
        function = entry(f"figure_{name}")
        figure = function(**{argument: offered[argument] for argument in inspect.signature(function).parameters})
        assert figure.get_suptitle(), name
        assert figure.axes[0].get_ylabel(), name


def test_nothing_reaches_the_target_where_nothing_is_trained(entry, tables):
    none = settings(POINTS, BY_DEPTH, widths=[4], repetitions=1, most_iterations=1)
    result = entry("compute_target")(tables["limits"], none, "cpu", SEED)
    assert result["target"].empty
    assert list(result["target_width"]) == ["activation", "variant", "depth", "width"]


def test_the_same_seed_gives_the_same_table(entry, tables):
    again = entry("compute_limits")(settings(POINTS, BY_DEPTH, draws=5), SEED)
    pd.testing.assert_frame_equal(again, tables["limits"])
    assert not entry("compute_limits")(settings(POINTS, BY_DEPTH, draws=5), SEED + 1).equals(again)
