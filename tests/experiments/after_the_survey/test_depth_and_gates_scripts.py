"""Deeper networks, random gates and recovery on a tiny scale, and what the verdicts say of deliberate errors."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from convexify.convex_relu import one_dimensional, planted_recovery
from convexify.convex_relu.solvers import solve as solver
from convexify.relaxations import standard_three_layers
from convexify_workflow.uncertainty import table_of

DEPTH = SimpleNamespace(
    line_samples=6, line_problems=3, line_beta=0.1, random_branches=2000, line_branches=12, line_starts=3,
    line_iterations=60, rank_one_samples=4, rank_one_problems=6, rank_one_beta=0.1, hidden=4, rank_one_starts=4,
    rank_one_iterations=60, descent_trials=3,
)  # fmt: skip
GATES = SimpleNamespace(
    gate_samples=[20, 60], gate_draws=3, gate_multiples=[1, 6], gate_lam=0.01, gate_tol=1e-4, teacher=3,
    dimension=4, ratios=[1, 1.25, 1.5, 2, 2.5, 3, 4], recovery_trials=5,
)  # fmt: skip
RIGHT = {
    "dictionary": one_dimensional.dictionary,
    "rank_one_optima": standard_three_layers.rank_one_optima,
    "solve": solver.solve,
    "decide_recovery": planted_recovery.decide_recovery,
}


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return {"X": rng.random((80, 4, 4)), "y": rng.integers(10, size=80)}


@pytest.fixture(scope="module")
def depth(entry):
    return entry("compute_depth")(DEPTH, 0)


@pytest.fixture(scope="module")
def gates(entry, images):
    return entry("compute_random_gates")(images, GATES, 0)


@pytest.fixture(scope="module")
def verdicts(script, standings):
    def compute(depth, gates):
        numbers = script("_depth_and_gates").depth_and_gates(**depth, **gates)
        return standings(table_of("after_the_survey", numbers))

    return compute


def test_tables_metrics_and_figures(depth, gates, script, entry, verdicts):
    found = verdicts(depth, gates)
    for claim in (
        "networks_on_a_line_are_lasso_problems", "no_network_on_a_line_goes_below_the_lasso", "lines_are_certified",
        "parallel_networks_have_no_gap", "rank_one_formulas_agree",
        "the_standard_optimum_is_bracketed", "no_standard_network_goes_below", "gated_is_below_the_cones",
        "cones_on_fewer_patterns_bound_from_above", "no_gated_recovery_in_a_half_space", "isometry_is_sufficient",
        "recovery_is_decided",
    ):  # fmt: skip
        assert found[claim] == "holds", claim
    assert found["standard_networks_of_rank_one_have_no_gap"] != "holds"
    numbers = script("_depth_and_gates").depth_and_gates(**depth, **gates)
    table = table_of("after_the_survey", numbers)
    assert len(entry("figure_depth")(depth["lines"], depth["three_layers"], table).axes) == 3
    assert len(entry("figure_gates")(gates["gates"], gates["recovery"], table).axes) == 3


def without_capped_ramps(x, activation, layers):
    """Error: the dictionary of two layers for every depth."""
    return RIGHT["dictionary"](x, activation, 2)


def no_threshold(c, y, beta):
    """Error: the parallel optimum of half the penalty."""
    found = RIGHT["rank_one_optima"](c, y, beta)
    return replace(found, parallel=RIGHT["rank_one_optima"](c, y, beta / 2).parallel)


def one_for_both(c, y, beta):
    """Error: the cost of slopes of one sign for opposite ones as well, times 1.1."""
    found = RIGHT["rank_one_optima"](c, y, beta)
    return replace(found, low=1.5 * found.high)


def without_cones(X, y, patterns, beta, **options):
    """Error: the gated program in the place of the one with cones."""
    return RIGHT["solve"](X, y, patterns, beta, **(options | {"gated": True}))


def with_cones(X, w, patterns, *, gated):
    """Error: the network's decision in the place of the gated program's."""
    return RIGHT["decide_recovery"](X, w, patterns, gated=False)


@pytest.mark.parametrize(
    ("where", "name", "error", "flipped"),
    [
        ("compute_depth", "dictionary", without_capped_ramps, "networks_on_a_line_are_lasso_problems"),
        ("compute_depth", "rank_one_optima", no_threshold, "rank_one_formulas_agree"),
        ("compute_depth", "rank_one_optima", one_for_both, "no_standard_network_goes_below"),
        ("compute_random_gates", "solve", without_cones, "cones_on_fewer_patterns_bound_from_above"),
        ("compute_random_gates", "decide_recovery", with_cones, "no_gated_recovery_in_a_half_space"),
    ],
)
def test_an_error_in_the_mathematics_flips_a_verdict(
    depth, gates, images, verdicts, script, monkeypatch, where, name, error, flipped
):
    assert verdicts(depth, gates)[flipped] == "holds"
    module = script(where)
    monkeypatch.setattr(module, name, error)
    if where == "compute_depth":
        wrong = verdicts(module.compute_depth(DEPTH, 0), gates)
    else:
        wrong = verdicts(depth, module.compute_random_gates(images, GATES, 0))
    assert wrong[flipped] == "fails"


def test_a_step_at_the_edge_is_not_compared(depth, gates, verdicts):
    lines = depth["lines"].assign(edge="largest")
    assert verdicts(depth | {"lines": lines}, gates)["adam_finds_two_relu_layers"] == "not tested"
