"""The scripts on networks and convex models with equal numbers of parameters, on instances of a second."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from convexify.convex_relu.networks.network_training import objectives


@pytest.fixture(scope="module")
def networks(script):
    return script("_networks")


def test_every_method_and_draw_has_a_row_for_each_penalty_and_stays_within_its_budget(tables):
    runs = tables["runs"]
    networks = runs["optimiser"] != "convex"
    assert set(runs[networks].groupby(["method", "optimiser", "budget", "penalty"]).size()) == {2 * 3}
    assert set(runs[~networks].groupby(["method", "budget", "penalty"]).size()) == {2 * 3}
    assert {"fully connected", "residual", "branches", "wide", "sampled", "gated", "global"} == set(runs["method"])
    limited = runs[runs["budget"] > 0]
    assert (limited["nominal"] <= limited["budget"]).all()
    assert (runs["active"] <= runs["nominal"]).all()
    assert runs["test_error"].between(0, 1).all()


def test_every_method_has_the_same_number_of_trials(tables):
    trials = tables["tuning"].groupby(["method", "optimiser", "budget", "dataset"]).size()
    assert set(trials) == {7}


def test_programs_on_patterns_are_certified(tables):
    runs = tables["runs"]
    certified = runs[runs["method"].isin(["sampled", "gated"])]
    assert (certified["gap"] <= 1e-3).all()


@pytest.mark.parametrize("kind", ["fully connected", "residual", "branches", "wide"])
def test_largest_network_within_the_budget_is_taken(networks, kind):
    settings = SimpleNamespace(depth=3, branch_width=4)
    shape = networks.of_size(kind, 500, 7, settings)
    assert shape.parameters(7) <= 500
    one_more = {"branches": shape.branches + (kind == "branches"), "width": shape.width + (kind != "branches")}
    assert networks.Architecture(kind, one_more["branches"], one_more["width"], shape.depth).parameters(7) > 500
    with pytest.raises(ValueError, match="budget"):
        networks.of_size(kind, 3, 7, settings)


def test_wide_network_has_the_objective_of_the_convex_program(networks, monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2, 10, 3)), rng.choice([-1.0, 1.0], size=(2, 10))
    last, outputs = {}, networks._outputs

    def watched(module, X, weights):
        last["weights"], last["factor"] = [w.detach().double().numpy() for w in weights], module.first_factor
        return outputs(module, X, weights)

    monkeypatch.setattr(networks, "_outputs", watched)
    ends = networks.train_networks(
        networks.Architecture("wide", 1, 5, 1), (X, y, X), [(1, 0.05, 0.1), (2, 0.02, 0.01)], method="adam",
        iterations=30, batch=5, seed=0,
    )  # fmt: skip
    hidden, output = last["weights"][0][:, 0] * last["factor"], last["weights"][1][:, 0]
    for k, lam in enumerate((0.1, 0.01)):
        own = objectives(X[k], y[k][:, None], lam * 10, hidden[[k]].swapaxes(1, 2), output[[k]])
        assert ends.objectives[k] == pytest.approx(own[0] / 10, rel=1e-4)


def test_networks_trained_together_are_those_trained_alone(networks):
    rng = np.random.default_rng(1)
    data = rng.normal(size=(2, 10, 3)), rng.choice([-1.0, 1.0], size=(2, 10)), rng.normal(size=(2, 4, 3))
    runs = [(1, 0.05, 0.1), (2, 0.02, 0.01)]
    options = {"method": "sgd", "iterations": 20, "batch": 5, "seed": 3}
    shape = networks.Architecture("branches", 3, 2, 2)
    both = networks.train_networks(shape, data, runs, **options)
    alone = networks.train_networks(shape, [part[1:] for part in data], runs[1:], **options)
    assert both.outputs_test[1] == pytest.approx(alone.outputs_test[0], rel=1e-3, abs=1e-5)


def test_units_that_decay_took_away_do_not_count(networks):
    hidden = np.ones((1, 1, 3, 4))
    hidden[0, 0, 2] = 1e-6
    assert networks.active_parameters([hidden, np.ones((1, 1, 3))]) == [2 * 5]
    deep = [np.ones((1, 2, 3, 4)), np.ones((1, 2, 3, 3)), np.ones((1, 2, 3))]
    assert networks.active_parameters(deep) == [2 * (12 + 9 + 3)]


def test_diverged_run_is_infinite_and_leaves_the_others_alone(networks):
    rng = np.random.default_rng(2)
    data = rng.normal(size=(2, 10, 3)), rng.choice([-1.0, 1.0], size=(2, 10)), rng.normal(size=(2, 4, 3))
    ends = networks.train_networks(
        networks.Architecture("wide", 1, 5, 1), data, [(1, 1e6, 0.1), (1, 0.01, 0.1)], method="sgd", iterations=20,
        batch=5, seed=0,
    )  # fmt: skip
    assert np.isinf(ends.objectives[0])
    assert np.isfinite(ends.objectives[1])


def test_no_penalty_at_all_closes_the_grid_at_its_small_end(script):
    tune = script("_tuning").tune_together
    options = {"start": 1.0, "trials": 4, "first": 3, "factor": 10.0, "zero": True}
    small = tune(lambda pairs: [abs(value - 0.08) for _, value in pairs], ["a"], **options)["a"]
    assert (small.step, small.edge, len(small.trials)) == (0.1, None, 4)
    none = tune(lambda pairs: [value for _, value in pairs], ["a"], **options)["a"]
    assert (none.step, none.edge) == (0.0, None)
    large = tune(lambda pairs: [-value for _, value in pairs], ["a"], **options)["a"]
    assert (large.step, large.edge) == (10.0, "largest")


def planted(**errors):
    """Runs in which every method has the given test error and twice it as training loss, on two data sets."""
    rows = []
    for dataset in ("images", "blobs"):
        for draw in range(3):
            for method, value in errors.items():
                method = method.replace("_", " ")
                for budget in (0,) if method == "global" else (100, 400):
                    for penalty in ("fixed", "chosen"):
                        noisy = value + 0.001 * draw
                        rows.append({
                            "dataset": dataset, "draw": draw, "method": method, "optimiser": "adam", "budget": budget,
                            "penalty": penalty, "edge": "", "validation_loss": value, "test_error": noisy,
                            "train_loss": 2 * noisy, "objective": 3 * noisy, "nominal": budget or 200,
                            "active": budget or 200,
                        })  # fmt: skip
    return pd.DataFrame(rows)


ALL = {"fully_connected": 0.3, "residual": 0.2, "branches": 0.4, "wide": 0.25, "sampled": 0.1, "gated": 0.35}


def test_metrics_and_verdicts_are_those_of_planted_errors(metrics_of, standings):
    table = metrics_of(planted(**ALL, **{"global": 0.2}))
    value = table.set_index("metric")["value"]
    assert value["error_residual"] == pytest.approx(-0.1)
    assert value["error_branches"] == pytest.approx(0.1)
    assert value["error_sampled"] == pytest.approx(-0.15)
    assert value["error_global"] == pytest.approx(-0.05)
    assert value["training_branches"] > 1
    said = standings(table)
    assert said["branches_learn_more_per_parameter"] == "fails"
    assert said["residual_learns_more_per_parameter"] == "holds"
    assert said["global_training_learns_more_per_parameter"] == "holds"


def test_a_best_value_at_an_edge_leaves_the_claims_about_that_method_untested(metrics_of, standings):
    runs = planted(**ALL, **{"global": 0.2})
    runs.loc[(runs["method"] == "branches") & (runs["budget"] == 400), "edge"] = "largest"
    table = metrics_of(runs)
    assert table.set_index("metric").loc["error_branches", ["kind", "n"]].tolist() == ["step at the edge", 2]
    said = standings(table)
    assert said["branches_learn_more_per_parameter"] == "not tested"
    assert said["residual_learns_more_per_parameter"] == "holds"


def test_global_training_that_outgrows_every_network_is_not_compared(metrics_of):
    runs = planted(**ALL, **{"global": 0.2})
    runs.loc[runs["method"] == "global", "active"] = 1000
    table = metrics_of(runs).set_index("metric")
    assert table.loc["error_global", "kind"] == "not reached"
    assert table.loc["global_within_budgets", "value"] == 0


def test_the_optimiser_that_validation_prefers_is_compared(metrics_of):
    runs = planted(**ALL, **{"global": 0.2})
    worse = runs[runs["method"] == "residual"].assign(optimiser="sgd", validation_loss=9.0, test_error=0.9)
    value = metrics_of(pd.concat([runs, worse])).set_index("metric")["value"]
    assert value["error_residual"] == pytest.approx(-0.1)


def test_figure_draws_every_method(entry, metrics_of, tables):
    metrics = metrics_of(tables["runs"])
    figure = entry("figure_per_parameter")(tables["runs"], metrics, SimpleNamespace(datasets=["images", "blobs"]))
    assert len(figure.legends[0].get_texts()) == 7
