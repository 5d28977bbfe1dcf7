"""The scripts of the experiment `convex_relu` on instances of seconds."""

import numpy as np
import pandas as pd
import pytest


def values_of(metrics):
    return metrics.set_index("metric")["value"]


def test_no_start_is_below_the_certified_optimum(tables):
    optima = tables["optima"].set_index(["problem", "draw"])
    runs = tables["curves"].join(optima["lower_bound"], on=["problem", "draw"])
    assert (runs["objective"] >= runs["lower_bound"]).all()
    assert optima.loc[("line", 0), "patterns"] == 10
    assert len(optima) == 4


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
    trials = pd.concat([*tables["real_trials"], tables["toy_trials"], tables["patch_trials"]])
    assert not trials.loc[trials["best"], "diverged"].any()


def test_runtimes_stand_in_a_table_of_their_own(tables):
    assert "seconds" not in tables["real"][0]
    assert (tables["seconds"]["seconds"] > 0).all()
    assert len(tables["seconds"]) == len(tables["real"][0])


def test_metrics_see_a_violated_cone_a_loose_gap_and_a_start_below_the_bound(tables, metrics):
    before = values_of(metrics())
    assert before["worst_violation"] <= 1e-9
    assert before["worst_gap"] <= 1e-5
    assert before["smallest_start_over_lower_bound"] >= 1
    real = tables["real"][0].copy()
    real.loc[real["method"] == "convex", ["violation", "relative_gap"]] = 0.25, 0.5
    curves = tables["curves"].assign(objective=lambda table: table["objective"] * 1e-6)
    after = values_of(metrics(real=[real], curves=curves))
    assert (after["worst_violation"], after["worst_gap"]) == (0.25, 0.5)
    assert after["smallest_start_over_lower_bound"] < 1


def test_shares_and_ratios_are_those_of_the_tables(tables, metrics):
    values = values_of(metrics())
    end = tables["curves"].query("problem == 'line' and size == 'standard' and width == 3 and iteration == 100")
    inside = values_of(metrics(toy_trials=tables["toy_trials"].assign(edge="")))
    assert inside["line_share_stuck_narrow"] == (end["objective"] > 0.05).mean()
    few = tables["sampled_patterns"].query("gates == 3").set_index(["kind", "draw"])["objective"]
    expected = np.exp(np.log(few["trained"] / few["Gaussian"]).mean())
    assert values["trained_over_gaussian_few_gates"] == pytest.approx(expected)
    real = tables["real"][0].assign(objective=lambda table: table["objective"].where(table["method"] != "SGD", 1.0))
    convex = real.query("method == 'convex'")["objective"]
    trials = [tables["real_trials"][0].assign(edge="")]
    assert values_of(metrics(real=[real], real_trials=trials))["real_convex_over_sgd"] == pytest.approx(
        np.exp(np.log(convex).mean())
    )


def test_comparisons_of_the_paper_are_written_for_its_data_set_only(tables, metrics):
    assert "cifar10_patch_less_random" not in values_of(metrics())
    inside = {name: tables[name].assign(edge="") for name in ("patch_gates", "patch_trials")}
    cifar = inside["patch_gates"].assign(dataset="cifar10")
    values = values_of(metrics(**(inside | {"patch_gates": cifar})))
    assert values["cifar10_patch_less_random"] == pytest.approx(
        values["patch_gates_accuracy"] - values["random_gates_accuracy"]
    )
    assert "cifar10_patch_accuracy_4096" not in values
    many = cifar.assign(gates=4096)
    assert "cifar10_patch_accuracy_4096" in values_of(metrics(**(inside | {"patch_gates": many})))


def test_a_best_step_or_penalty_on_the_edge_of_its_grid_leaves_the_comparison_untested(tables, metrics):
    def kinds(edge):
        replaced = {name: tables[name].assign(edge=edge) for name in ("toy_trials", "sensitivity_trials")}
        for name in ("real_trials", "real_validated"):
            replaced[name] = [tables[name][0].assign(edge=edge)]
        # The plane is judged on long runs only.
        replaced["curves"] = tables["curves"].assign(iteration=1000 * tables["curves"]["iteration"])
        return metrics(**replaced).set_index("metric")["kind"]

    names = ["line_share_stuck_narrow", "plane_best_ratio", "seed_spread_convex_over_descent", "real_convex_over_sgd",
             "real_accuracy_convex_less_descent", "validated_accuracy_convex_less_descent"]  # fmt: skip
    assert (kinds("largest")[names] == "step at the edge").all()
    assert not (kinds("")[names] == "step at the edge").any()


def test_descent_baselines_are_tried_at_as_many_steps_and_penalties_as_the_settings_say(tables):
    assert (tables["real_trials"][0].groupby(["draw", "task", "method"]).size() == 3).all()
    assert (tables["sensitivity_trials"].groupby(["draw", "method"]).size() == 3).all()
    assert (tables["toy_trials"].groupby(["problem", "draw", "width", "size"]).size() == 3).all()
    assert (tables["patch_lams"].groupby(["draw", "method"]).size() == 3).all()


def test_choice_of_lambda_sees_no_test_data(images, entry, tiny, tables):
    """Other test images, the same λ."""
    changed = images | {"y_test": 1 - images["y_test"]}
    again = entry("compute_patch_gates")(changed, tiny["patch_gates"], "cpu", 1)["patch_gates"]
    assert again["lam"].equals(tables["patch_gates"]["lam"])
    assert not again["test_accuracy"].equals(tables["patch_gates"]["test_accuracy"])


def test_path_begins_with_a_zero_network_and_its_optimum_falls_with_the_penalty(tables, metrics):
    path = tables["path"]
    assert (path.groupby("draw").size() == 5).all()
    first = path[path["fraction"] == 1]
    assert (first["active"] == 0).all()
    assert len(first) == 3
    assert path["relative_gap"].max() <= 1e-6
    values = values_of(metrics())
    assert values["path_largest_fall"] <= 1e-6
    risen = path.assign(objective=path["objective"].where(path["fraction"] < 1, path["objective"] / 2))
    assert values_of(metrics(path=risen))["path_largest_fall"] > 0.1


def test_penalty_of_the_path_is_chosen_by_the_validation_loss_alone(tables, metrics):
    path = tables["path"]
    least = path["fraction"] == path["fraction"].max()
    values = values_of(metrics(path=path.assign(validation_loss=1.0 - least, test_error=0.5 * least)))
    assert values["path_chosen_over_largest_lam"] == pytest.approx(1)
    assert values["path_chosen_active"] == 0
    assert values["path_test_error_chosen_less_last"] == 0.5
    assert values["path_chosen_last"] == 0


def test_every_announced_figure_is_drawn(entry, tiny, tables, metrics, announced_figures):
    tables = tables | {"numbers": metrics(), "settings": tiny["sensitivity"]}
    reads = {name: [name, "numbers"] for name in ("sampled_patterns", "stationary_networks", "patch_gates")}
    reads |= {
        "toy_problems": ["optima", "curves", "minima", "numbers"],
        "tuned_steps": ["toy_trials", "sensitivity_trials", "patch_trials", "real_trials"],
        "exact_programs": ["pattern_counts", "exact_optima", "guarantees", "activations", "numbers"],
        "sensitivity": ["same_program", "sensitivity", "numbers"],
        "real_data": ["real", "real_validated", "numbers"],
        "regularization_path": ["path", "numbers", "settings"],
    }
    assert reads.keys() == announced_figures
    for figure, names in reads.items():
        drawn = entry(f"figure_{figure}")(*(tables[name] for name in names))
        assert all(axes.has_data() for axes in drawn.axes), figure


def test_the_same_seed_gives_the_same_table(computed, tables):
    again = computed("patch_gates")["patch_gates"]
    pd.testing.assert_frame_equal(again, tables["patch_gates"])
    other = computed("sampled_patterns", seed=2)["sampled_patterns"]
    assert not other["objective"].equals(tables["sampled_patterns"]["objective"])
