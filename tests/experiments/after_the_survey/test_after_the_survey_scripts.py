"""The scripts of the results later than the survey on a tiny scale, and what verdicts say of deliberate errors."""

import importlib
import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from convexify_workflow.uncertainty import table_of

# the package exports a function of the module's name
escape_path = importlib.import_module("convexify.convex_relu.optimal_set.escape_path")

SETS = SimpleNamespace(draws=3, largest_weight=2, gaussian_samples=5, gaussian_beta=0.3, most_placements=300)
TRAINED = SimpleNamespace(
    escape_width=8, escape_lam=1e-2, escape_starts=3, escape_step=0.05, escape_iterations=60, path_points=30,
    zero_samples=6, zero_problems=3, zero_lam=0.05, zero_widths=[2, 8], zero_starts=2, zero_step=0.05,
    zero_iterations=100, reached_problems=["square"], reached_test=100, reached_width=8, reached_starts=4,
    reached_trials=3, reached_iterations=40, reached_batch=2, reached_sgd_step=0.3, reached_adam_step=0.05,
    reached_adamw_step=0.3,
)  # fmt: skip
OF_TRAINED = ("escape", "zero_units", "reached", "ranges", "tuning")


@pytest.fixture(scope="module")
def sets(entry):
    return entry("compute_optimal_sets")(SETS, 0)


@pytest.fixture(scope="module")
def trained(entry):
    return entry("compute_trained_networks")(TRAINED, "cpu", 0)


@pytest.fixture(scope="module")
def numbers(script):
    """Metrics of the first half: `numbers(tables)`."""
    names = ("polytopes", "staircase", *OF_TRAINED)
    first = script("metrics").optimal_sets
    return lambda tables: table_of("after_the_survey", first(**{name: tables[name] for name in names}))


@pytest.fixture(scope="module")
def verdicts(numbers, standings, sets, trained):
    def found(**changed):
        tables = sets | trained | changed
        return standings(numbers(tables))

    return found


def test_theorems_hold(verdicts):
    found = verdicts()
    exact = ("one_component_from_the_bound_on", "no_isolated_network_beyond", "components_counted_by_hand")
    for claim in (*exact, "a_path_that_never_rises", "the_path_ends_at_the_optimum", "the_bound_is_not_the_threshold"):
        assert found[claim] == "holds", claim
    assert found["a_zero_unit_makes_a_minimum_global"] != "fails"


def test_optima_are_certified(sets, trained):
    assert sets["polytopes"]["relative_gap"].max() < 1e-10
    assert sets["polytopes"]["agrees"].all()
    assert trained["zero_units"]["optimum_gap"].max() < 1e-10
    assert trained["zero_units"]["excess"].min() > -1e-10
    assert trained["reached"]["excess"].min() > -1e-10


def test_every_announced_figure_is_drawn_and_says_its_finding(entry, numbers, sets, trained, announced_figures):
    tables = sets | trained
    offered = tables | {"metrics": numbers(tables)}
    for name in announced_figures & {"escape", "staircase"}:
        function = entry(f"figure_{name}")
        drawn = function(**{argument: offered[argument] for argument in inspect.signature(function).parameters})
        assert drawn.get_suptitle(), name
        assert all(axes.has_data() for axes in drawn.axes), name


def one_cell_for_all(monkeypatch, module):
    """Neurons of different cells are merged, too."""
    right = escape_path._merged
    monkeypatch.setattr(escape_path, "_merged", lambda network, X: right(network, np.zeros_like(X)))


def without_square_root(monkeypatch, module):
    """Contributions are taken for weights."""
    monkeypatch.setattr(escape_path, "_network", lambda contributions, signs: (contributions, signs))


def probe_of_another_residual(monkeypatch, module):
    """Every zero unit is taken for one that no change improves."""
    monkeypatch.setattr(module, "deepest_probe", lambda *arguments: 0.0)


@pytest.mark.parametrize(
    ("mutate", "claim"),
    [
        (one_cell_for_all, "a_path_that_never_rises"),
        (without_square_root, "a_path_that_never_rises"),
        (probe_of_another_residual, "a_zero_unit_makes_a_minimum_global"),
    ],
)
def test_an_error_in_a_network_changes_a_verdict(mutate, claim, script, verdicts, monkeypatch):
    module = script("compute_trained_networks")
    mutate(monkeypatch, module)
    tables = module._escape(TRAINED, "cpu", 0) | {"zero_units": module._zero_units(TRAINED, "cpu", 0)}
    assert verdicts(**tables)[claim] == "fails"


def test_an_error_in_the_formula_changes_a_verdict(script, verdicts, monkeypatch):
    module = script("compute_optimal_sets")
    right = module.count_components
    monkeypatch.setattr(module, "count_components", lambda supports, width: right(supports, width + 1))
    assert verdicts(**module.compute_optimal_sets(SETS, 0))["components_counted_by_hand"] == "fails"


def test_a_vertex_that_is_missed_changes_a_verdict(script, verdicts, monkeypatch):
    module = script("compute_optimal_sets")
    right = module.thresholds
    monkeypatch.setattr(module, "thresholds", lambda supports, samples: right(supports[:1], samples))
    assert verdicts(**module.compute_optimal_sets(SETS, 0))["one_component_from_the_bound_on"] == "fails"
