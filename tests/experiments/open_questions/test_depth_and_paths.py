"""The scripts on other architectures and on skips beside branches, on instances of a second."""

import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def numbers(script, depth_and_paths):
    """Metrics of both parts, with some tables changed."""
    main, depth, paths = script("metrics"), script("_depth_metrics"), script("_path_metrics")

    def compute(**changed):
        tables = depth_and_paths | changed
        bounded = {"untied_gap_over_bound_largest": paths.largest_over_bound(tables["linear_gaps"], "untied")}
        return (
            bounded
            | depth.law_errors(tables["laws"], main.LAWS)
            | depth.growth(tables["needed_widths"], main.GROWTH)
            | paths.heights(tables["surfaces"], tables["steps"], main.HEIGHTS)
        )

    return compute


def test_every_architecture_has_a_row_for_each_draw_and_depth(depth_and_paths):
    limits, widths = depth_and_paths["limits"], depth_and_paths["needed_widths"]
    assert len(limits) == 6 * 4 * 4
    assert len(widths) == (6 + 4) * 4 * 3
    assert set(limits.groupby("architecture")["lower_bound"].count()) == {0, 16}
    branches = widths[widths["architecture"].str.startswith("branches")]
    np.testing.assert_allclose(branches["total_width"], branches["depth"] * branches["width"])


def test_branches_of_one_depth_have_the_limit_of_one_network(depth_and_paths):
    table = depth_and_paths["limits"].pivot(
        index=["draw", "depth"], columns="architecture", values="smallest_eigenvalue"
    )
    np.testing.assert_allclose(table["branches of depth H"], table["fully connected"], rtol=1e-6)


def test_a_power_is_told_from_an_exponential(script, numbers, depth_and_paths):
    limits, laws_of = depth_and_paths["limits"], script("compute_architectures")._laws
    exponential = laws_of(limits.assign(smallest_eigenvalue=np.exp(-limits["depth"])))
    assert numbers(laws=exponential)["lambda_power_minus_exponential_error_dense"].value > 0
    power = numbers(laws=laws_of(limits.assign(smallest_eigenvalue=limits["depth"] ** -3.0)))
    assert power["lambda_power_minus_exponential_error_fc"].value < 0
    assert power["lambda_power_of_depth_fc"].value == pytest.approx(-3.0)


def test_draws_without_a_width_are_left_out_and_too_few_are_not_reached(numbers, depth_and_paths):
    widths = depth_and_paths["needed_widths"].assign(width=8.0)
    widths.loc[widths["architecture"] == "fully connected", "width"] = widths["depth"].astype(float)
    assert numbers(needed_widths=widths)["stable_width_power_fc_minus_dense"].value == pytest.approx(1.0)
    widths.loc[(widths["architecture"] == "dense skips") & (widths["draw"] == 0), "width"] = np.nan
    assert numbers(needed_widths=widths)["stable_width_power_fc_minus_dense"].n == 3
    widths.loc[(widths["architecture"] == "dense skips") & (widths["draw"] == 1), "width"] = np.nan
    assert numbers(needed_widths=widths)["stable_width_power_fc_minus_dense"].kind == "not reached"


def test_paths_add_up_and_gaps_keep_their_order(depth_and_paths, numbers):
    identities = depth_and_paths["identities"]
    assert identities.loc[identities["gates"] == "network", "relative_error"].max() < 1e-12
    # One block has one gate only, and it is its own.
    own = identities[identities["gates"] == "own"].groupby("blocks")["relative_error"].max()
    assert own[1] < 1e-12 < 1e-3 < own[3]
    gaps = depth_and_paths["gaps"]
    assert (gaps["gap"] >= -1e-9).all()
    assert (gaps["gap"] <= gaps["bound"] + 1e-9).all()
    assert numbers()["untied_gap_over_bound_largest"].value <= 1 + 1e-9


def test_both_networks_have_about_as_many_parameters_and_as_many_trials(depth_and_paths):
    surfaces = depth_and_paths["surfaces"].groupby("architecture")["parameters"].first()
    assert (abs(surfaces - 300) < 60).all()
    assert set(depth_and_paths["steps"].groupby("architecture").size()) == {3}


def test_no_number_where_a_step_lies_on_the_edge(numbers, depth_and_paths):
    steps = depth_and_paths["steps"].assign(edge="")
    surfaces = depth_and_paths["surfaces"].assign(
        barrier_aligned=lambda table: table["architecture"].eq("residual") + 0.0
    )
    assert numbers(steps=steps, surfaces=surfaces)["aligned_barrier_residual_minus_branches"].value == 1
    steps.loc[steps["chosen"], "edge"] = "largest"
    assert numbers(steps=steps)["aligned_barrier_residual_minus_branches"].kind == "step at the edge"


def test_figures_are_drawn_and_say_their_finding(entry, tables, metrics_of, depth_and_paths):
    metrics = metrics_of(tables["runs"])
    for name in ("architectures", "paths"):
        function = entry(f"figure_{name}")
        offered = depth_and_paths | {"metrics": metrics}
        figure = function(**{argument: offered[argument] for argument in inspect.signature(function).parameters})
        assert len(figure.axes) == 3
        assert figure.get_suptitle()
        assert "not tested" not in figure.get_suptitle().splitlines()[0] or name == "paths"


def twice(right):
    """Error: a bound that is too large by a factor."""
    return lambda *arguments, **options: 2 * right(*arguments, **options)


def deepest_only(X, architecture, depth, activation, right):
    """Error: of the branches' Gram matrices the last one instead of the mean."""
    return right(X, "fully connected" if architecture.startswith("branches") else architecture, depth, activation)


def test_errors_in_the_limits_flip_what_claims_say(script, monkeypatch):
    module, metrics, main = script("compute_architectures"), script("_depth_metrics"), script("metrics")
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3, 5, 5))
    X /= np.linalg.norm(X, axis=2, keepdims=True)
    name = "lambda_power_minus_exponential_error_branches_of_all_depths"

    def measured():
        limits = module._limits(X, [2, 3, 4, 6, 8])
        return metrics.over_bound_of_skips(limits).value, metrics.law_errors(module._laws(limits), main.LAWS)[
            name
        ].value

    over, error = measured()
    assert over >= 1
    assert error < 0
    right = module.limit
    monkeypatch.setattr(module, "skip_lower_bound", twice(module.skip_lower_bound))
    monkeypatch.setattr(module, "limit", lambda *arguments: deepest_only(*arguments, right))
    over, error = measured()
    assert over < 1
    assert error > 0


def test_an_error_in_the_paths_shows(script, monkeypatch):
    module, metrics = script("compute_paths"), script("_path_metrics")
    settings = SimpleNamespace(repetitions=3, path_blocks=[2], path_samples=6, path_width=3)
    assert metrics.unravelling_error(pd.DataFrame(module._identities(settings, 0))).value < 1e-12
    right = module.unravelled_paths
    monkeypatch.setattr(module, "unravelled_paths", lambda *a, factor, **k: right(*a, factor=1.1 * factor, **k))
    assert metrics.unravelling_error(pd.DataFrame(module._identities(settings, 0))).value > 1e-3
