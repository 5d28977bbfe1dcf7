"""Deliberate errors in the mathematics of `global_training`: each changes the verdict on a claim."""

import numpy as np
import pytest

from convexify.convex_relu.global_training import search, sweep
from convexify.convex_relu.networks.two_layer import TwoLayerReLU

FEW = {
    "tasks": {"validated": [], "all_classes": []},
    "any_width": {"components": [1], "bound_components": [1, 5], "exact_components": 1},
}


@pytest.fixture(scope="module")
def tables(compute_tasks, compute_any_width):
    """Fewer than in the other tests."""
    tables = compute_tasks(**FEW["tasks"]) | compute_any_width(**FEW["any_width"])
    return tables | {"tasks": tables["tasks"].assign(edge="")}


def bound_of_half_the_maximum(monkeypatch):
    """Exact pricing reports half of the largest value as its bound: the dual point is not feasible."""
    right = sweep.Sweep.maxima

    def half(self, nu):
        directions, values, bound = right(self, nu)
        return directions, values, 0.5 * bound

    monkeypatch.setattr(sweep.Sweep, "maxima", half)


def no_neuron_is_inserted(monkeypatch):
    """Pricing finds neurons, none of them joins the network."""
    monkeypatch.setattr(search.Search, "_insert", lambda self, directions, values: None)


def relaxation_too_tight(monkeypatch):
    """The relaxation bounds a tenth of the pricing problem."""
    right = search.relaxed_bound
    monkeypatch.setattr(search, "relaxed_bound", lambda *arguments: 0.1 * right(*arguments))


def penalty_without_its_half(monkeypatch):
    """Weight decay counts twice in the objective."""
    right = TwoLayerReLU.penalty.fget
    monkeypatch.setattr(TwoLayerReLU, "penalty", property(lambda network: 2 * right(network)))


def half_of_the_circle(monkeypatch):
    """Half of the sweep's sectors are left out: neurons of the other half circle are neither found nor bounded."""
    right = sweep.Sweep._sector_maxima

    def half(self, nu):
        angles, values = right(self, nu)
        return angles, np.where(angles % (2 * np.pi) < np.pi, values, 0.0)

    monkeypatch.setattr(sweep.Sweep, "_sector_maxima", half)


@pytest.mark.filterwarnings("ignore::convexify.warnings.ConvergenceWarning")
@pytest.mark.parametrize(
    ("mutate", "job", "claim", "becomes"),
    [
        (bound_of_half_the_maximum, "any_width", "the_start_does_not_matter", "fails"),
        (half_of_the_circle, "any_width", "stuck_networks_escape", "fails"),
        (no_neuron_is_inserted, "tasks", "below_adam", "fails"),
        (no_neuron_is_inserted, "any_width", "best_network_of_any_width_is_proved", "fails"),
        (relaxation_too_tight, "any_width", "relaxed_bound_is_valid", "fails"),
        (penalty_without_its_half, "any_width", "five_points_optimum", "fails"),
    ],
)
def test_an_error_changes_a_verdict(mutate, job, claim, becomes, tables, metrics_of, standings, monkeypatch, request):
    assert standings(metrics_of(tables))[claim] == "holds"
    mutate(monkeypatch)
    changed = request.getfixturevalue(f"compute_{job}")(**FEW[job])
    changed |= {"tasks": changed["tasks"].assign(edge="")} if job == "tasks" else {}
    assert standings(metrics_of(tables | changed))[claim] == becomes
