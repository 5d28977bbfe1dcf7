"""The scripts of the experiment `convex_relu` on instances of seconds."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

TOY = SimpleNamespace(
    widths=[3, 20], starts=3, iterations=200, step=0.05, start_scale=0.577, small_start_scale=0.1, lam=1e-4,
    plane_samples=12, plane_width=10, plane_lam=1e-2,
)  # fmt: skip
SMALL = {"pairs": {"blobs": [0, 1]}, "datasets": ["blobs"], "samples": 10, "components": 2, "lam": 1e-2}
SAMPLED = SimpleNamespace(**SMALL, iterations=50, gate_counts=[3, 12], draws=3)
STATIONARY = SimpleNamespace(**SMALL, widths=[2, 4], draws=3, starts=1, iterations=300)
SUBSAMPLES = {"pairs": {"blobs": [0, 1]}, "samples": 20, "test_samples": 10, "components": 3, "lam": 1e-2}
SUBSAMPLES["n_patterns"] = 6
SENSITIVITY = SimpleNamespace(
    **SUBSAMPLES,
    dataset="blobs",
    draws=3,
    convex_fits=3,
    batches=[5],
    sgd_steps=[0.1, 0.3],
    adam_steps=[0.01, 0.1],
    epochs=3,
)
REAL = SimpleNamespace(
    **SUBSAMPLES, draws=3, epochs=3, batch=8, sgd_steps=[0.3, 1e3], adam_steps=[0.01], tol=1e-5, max_time=30
)
GATES = SimpleNamespace(
    dataset="images", samples=30, test_samples=20, side=3, patch=2, gate_counts=[2, 4], draws=3, lams=[1e-2, 1e-1],
    epochs=2, batch=8, steps=[0.3], tol=1e-5, max_time=30,
)  # fmt: skip


@pytest.fixture(scope="module")
def blobs():
    """Three Gaussian classes."""
    rng = np.random.default_rng(0)
    y, y_test = np.arange(60) % 3, np.arange(30) % 3
    return {
        "X": rng.normal(size=(60, 5)) + y[:, None],
        "y": y,
        "X_test": rng.normal(size=(30, 5)) + y_test[:, None],
        "y_test": y_test,
    }


@pytest.fixture(scope="module")
def images():
    """Two classes of grey images, 6 × 6 pixels."""
    rng = np.random.default_rng(1)
    y, y_test = np.arange(40) % 2, np.arange(20) % 2
    X, X_test = (rng.integers(0, 17, (len(part), 36), dtype=np.uint8) for part in (y, y_test))
    X[y == 1, :18], X_test[y_test == 1, :18] = 16, 16
    return {"X": X, "y": y, "X_test": X_test, "y_test": y_test, "image_shape": np.array([6, 6])}


@pytest.fixture(scope="module")
def tables(entry, blobs, images):
    real = entry("compute_real_data")(blobs, "blobs", REAL, "cpu", 1)
    return entry("compute_toy_problems")(TOY, "cpu", 1) | {
        "sampled_patterns": entry("compute_sampled_patterns")([blobs], SAMPLED, "cpu", 1),
        "stationary_networks": entry("compute_stationary_networks")([blobs], STATIONARY, "cpu", 1),
        "sensitivity": entry("compute_sensitivity")(blobs, SENSITIVITY, "cpu", 1),
        "real": [real["real"]],
        "seconds": real["seconds"],
        "patch_gates": entry("compute_patch_gates")(images, GATES, "cpu", 1),
    }


@pytest.fixture(scope="module")
def metrics(entry, tables):
    """The metrics of the tables, some of them replaced."""
    read = {name: table for name, table in tables.items() if name != "seconds"}
    return lambda **replaced: entry("metrics")(**(read | replaced)).set_index("metric")["value"]


def test_no_start_is_below_the_certified_optimum(tables):
    lower = tables["optima"].set_index("problem")["lower_bound"]
    assert (tables["curves"]["objective"] >= tables["curves"]["problem"].map(lower)).all()
    assert tables["optima"].set_index("problem")["patterns"]["line"] == 10


def test_sampled_programs_are_not_below_the_optimum_over_all_patterns(tables):
    ratio = tables["sampled_patterns"].set_index("kind")["ratio"]
    assert (ratio["all"] == 1).all()
    assert ratio.min() >= 1 - 1e-6


def test_stationary_networks_attain_the_optimum_on_their_signs(tables):
    refined = tables["stationary_networks"].query("converged")
    assert len(refined) >= 6
    assert refined["relative_difference"].max() <= 1e-6
    assert refined["ratio"].min() >= 1 - 1e-6


def test_a_run_that_diverges_does_not_become_the_best(tables):
    sgd = tables["real"][0].query("method == 'SGD'")
    assert np.isfinite(sgd["objective"]).all()
    assert len(sgd) == 6  # three draws, binary and all classes


def test_runtimes_stand_in_a_table_of_their_own(tables):
    assert "seconds" not in tables["real"][0]
    assert (tables["seconds"]["seconds"] > 0).all()
    assert len(tables["seconds"]) == len(tables["real"][0])


def test_metrics_see_a_violated_cone_a_loose_gap_and_a_start_below_the_bound(tables, metrics):
    before = metrics()
    assert before["worst_violation"] <= 1e-9
    assert before["worst_gap"] <= 1e-5
    assert before["smallest_start_over_lower_bound"] >= 1
    real = tables["real"][0].copy()
    real.loc[real["method"] == "convex", ["violation", "relative_gap"]] = 0.25, 0.5
    curves = tables["curves"].assign(objective=lambda table: table["objective"] * 1e-6)
    after = metrics(real=[real], curves=curves)
    assert (after["worst_violation"], after["worst_gap"]) == (0.25, 0.5)
    assert after["smallest_start_over_lower_bound"] < 1


def test_shares_and_ratios_are_those_of_the_tables(tables, metrics):
    values = metrics()
    end = tables["curves"].query("problem == 'line' and size == 'standard' and width == 3 and iteration == 200")
    assert values["line_share_stuck_narrow"] == (end["objective"] > 0.05).mean()
    few = tables["sampled_patterns"].query("gates == 3").set_index(["kind", "draw"])["objective"]
    expected = np.exp(np.log(few["trained"] / few["Gaussian"]).mean())
    assert values["trained_over_gaussian_few_gates"] == pytest.approx(expected)
    real = tables["real"][0].assign(objective=lambda table: table["objective"].where(table["method"] != "SGD", 1.0))
    convex = real.query("method == 'convex'")["objective"]
    assert metrics(real=[real])["real_convex_over_sgd"] == pytest.approx(np.exp(np.log(convex).mean()))


def test_comparisons_of_the_paper_are_written_for_its_data_set_only(tables, metrics):
    assert "cifar10_patch_less_random" not in metrics()
    cifar = tables["patch_gates"].assign(dataset="cifar10")
    values = metrics(patch_gates=cifar)
    assert values["cifar10_patch_less_random"] == pytest.approx(
        values["patch_gates_accuracy"] - values["random_gates_accuracy"]
    )
    assert "cifar10_patch_accuracy_4096" not in values
    assert "cifar10_patch_accuracy_4096" in metrics(patch_gates=cifar.assign(gates=4096))


def test_every_announced_figure_is_drawn(entry, tables, announced_figures):
    reads = {name: [name] for name in ("sampled_patterns", "stationary_networks", "sensitivity", "patch_gates")}
    reads |= {"toy_problems": ["optima", "curves"], "real_data": ["real"]}
    assert reads.keys() == announced_figures
    for figure, names in reads.items():
        drawn = entry(f"figure_{figure}")(*(tables[name] for name in names))
        assert all(axes.has_data() for axes in drawn.axes), figure


def test_the_same_seed_gives_the_same_table(entry, images, tables):
    again = entry("compute_patch_gates")(images, GATES, "cpu", 1)
    pd.testing.assert_frame_equal(again, tables["patch_gates"])
    other = entry("compute_patch_gates")(images, GATES, "cpu", 2)
    assert not other["objective"].equals(again["objective"])
