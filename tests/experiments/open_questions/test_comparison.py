"""The table of all convexifications on an instance of a second, against oracles."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

CONVEX = {"deep linear", "relaxed neuron", "sampled", "gated", "global", "path norm", "strong penalty", "CCNN-1"}
NETWORKS = {"branches", "wide", "residual", "fully connected"}


@pytest.fixture(scope="module")
def models(script):
    return script("_other_models")


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    X, y = np.column_stack([rng.normal(size=(40, 3)), np.ones(40)]), np.where(np.arange(40) % 2, 1.0, -1.0)
    X[:, 0] += y
    images = rng.random((40, 1, 8, 8)) + (y > 0)[:, None, None, None] * np.eye(8)
    return SimpleNamespace(X=X, y=y, X_test=X[:10], y_test=y[:10], images=images, images_test=images[:10])


def test_every_method_stands_on_every_data_set_or_says_why_it_does_not_apply(tables):
    table = tables["comparison"]
    shown = table[table["draws"] > 0]
    assert set(shown.loc[shown["dataset"] == "images", "method"]) == CONVEX | NETWORKS
    assert set(shown.loc[shown["dataset"] == "blobs", "method"]) == (CONVEX | NETWORKS) - {"CCNN-1"}
    absent = table[table["draws"] == 0].set_index(["method", "dataset"])["note"]
    assert set(absent.index) == {("planted filter", "images"), ("planted filter", "blobs"), ("CCNN-1", "blobs")}
    assert absent.str.startswith("does not apply").all()
    assert ((shown["low"] <= shown["test_error"]) & (shown["test_error"] <= shown["high"])).all()


def test_deep_linear_network_is_the_shrunken_least_squares_fit(models, sample):
    fit = models.fit_deep_linear(sample, 0.01, widths=[3, 2], tol=1e-8)
    least_squares = sample.X @ np.linalg.lstsq(sample.X, sample.y)[0]
    shrunken = least_squares * (1 - 0.01 * 40 / np.linalg.norm(least_squares))
    assert fit.outputs == pytest.approx(shrunken, abs=1e-5)
    assert fit.gap <= 1e-8
    assert fit.nominal == 4 * 3 + 3 * 2 + 2


def test_relaxed_neuron_has_the_smallest_relaxed_loss(models, sample):
    fit = models.fit_relaxed_neuron(sample)
    labels = (sample.y + 1) / 2
    rng = np.random.default_rng(1)
    for w in rng.normal(size=(20, 4)):
        z = sample.X @ w
        value = np.sum(np.maximum(z, 0) ** 2) - 2 * z @ labels + labels @ labels
        assert fit.objective <= value / 40 + 1e-9
    assert abs(fit.gap) <= 1e-8


def test_strong_penalty_predicts_a_constant_and_is_certified(models, sample):
    sample = SimpleNamespace(**{**vars(sample), "y": np.where(np.arange(40) < 25, 1.0, -1.0)})
    fit = models.fit_strong_penalty(sample, width=2)
    assert np.ptp(fit.outputs) < 1e-3
    assert 0 <= fit.gap <= 1e-3
    assert fit.active < fit.nominal


def test_convexified_convolution_separates_what_a_pattern_in_the_image_tells(models, sample):
    settings = SimpleNamespace(patch_side=3, pool=2, features=12, gamma=0.2, cnn_iterations=500, cnn_tol=1e-3)
    fit = models.fit_convolutions(sample, 20.0, settings=settings, rng=np.random.default_rng(0))
    assert (np.sign(fit.outputs) == sample.y).mean() > 0.9
    assert fit.gap <= 1e-3


def test_path_norm_has_the_objective_of_its_network(models, sample):
    fit = models.fit_path_norm(sample, 0.01, neurons=2, count=15, rounds=1, tol=1e-3, rng=np.random.default_rng(0))
    assert fit.objective < 0.5
    assert 0 <= fit.gap <= 1e-3
    assert fit.active <= fit.nominal


def planted(**validation):
    """Fits whose test error is the validation loss, on two data sets."""
    rows = [
        {"dataset": dataset, "draw": draw, "method": method.replace("_", " "), "validation_loss": loss, "edge": "",
         "test_error": loss + 0.001 * draw, "gap": 0.001}
        for dataset in ("images", "blobs") for draw in range(3) for method, loss in validation.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_best_models_are_chosen_by_validation(metrics_of, tables, standings):
    fits = planted(**{"global": 0.3}, sampled=0.1, wide=0.2, branches=0.4)
    table = metrics_of(tables["runs"], fits)
    value = table.set_index("metric")["value"]
    assert value["error_best_convex"] == pytest.approx(-0.1)
    assert standings(table)["best_convex_model_beats_best_network"] == "holds"
    fits.loc[fits["method"] == "sampled", "edge"] = "smallest"
    assert standings(metrics_of(tables["runs"], fits))["best_convex_model_beats_best_network"] == "not tested"


def test_a_program_that_is_not_solved_fails_the_claim(metrics_of, tables, standings):
    fits = planted(**{"global": 0.3}, sampled=0.1, wide=0.2)
    fits.loc[(fits["method"] == "sampled") & (fits["draw"] == 1), "gap"] = 0.5
    assert standings(metrics_of(tables["runs"], fits))["every_program_is_certified"] == "fails"


def test_figure_shows_every_row_that_applies(entry, metrics_of, tables):
    metrics = metrics_of(tables["runs"])
    settings = SimpleNamespace(datasets=["images", "blobs"])
    figure = entry("figure_comparison")(tables["fits"], tables["comparison"], metrics, settings)
    assert len(figure.axes) == 2
    assert "does not apply: " in figure.axes[0].get_xlabel()
