"""Deliberate errors in the mathematics, one at a time: tables, metrics and verdicts must show each of them."""

from dataclasses import replace

import pytest

from convexify.convex_relu.networks import network_training


@pytest.fixture(scope="module")
def verdicts(metrics, standings):
    """Standing of every claim, some tables replaced."""
    return lambda **replaced: standings(metrics(**replaced))


@pytest.fixture(scope="module")
def sound(verdicts):
    return verdicts()


def half_of(enumerate_patterns):
    """Half of the patterns, forgotten."""
    return lambda X, **options: enumerate_patterns(X, **options)[:, ::2]


def light_decay(objectives):
    """Weight decay with a quarter in place of the half."""
    return lambda X, y, beta, *weights, **options: objectives(X, y, beta / 2, *weights, **options)


def heavy_weights(to_network):
    """The square root of the wrong norm: neurons a tenth too long."""
    return lambda solution: replace(to_network(solution), W=1.1 * to_network(solution).W)


def careless(prune):
    """A neuron less without moving the others."""
    return lambda network, X: network.rescaled([0.0] + [1.0] * (network.n_neurons - 1))


def without_slope(solve_piecewise_linear):
    """The program of ReLU for every activation."""
    return lambda X, y, patterns, beta, slope: solve_piecewise_linear(X, y, patterns, beta, 0.0)


def heavier(solve_restricted):
    """Another penalty in the restricted program than in the network."""
    return lambda X, y, signs, beta: solve_restricted(X, y, signs, 1.02 * beta)


def hasty(solve):
    """A solver that is content with what it has when it is given a start."""

    def solved(*program, tol, warm_start=None, **options):
        return solve(*program, tol=tol if warm_start is None else 0.5, warm_start=warm_start, **options)

    return solved


SCRIPTS = [
    ("toy_problems", "enumerate_patterns", half_of, "five_points_optimum"),
    ("exact_programs", "to_network", heavy_weights, "strong_duality_at_finite_width"),
    ("exact_programs", "prune", careless, "strong_duality_at_finite_width"),
    ("exact_programs", "solve_piecewise_linear", without_slope, "other_activations_are_convex_programs"),
    ("stationary_networks", "solve_restricted", heavier, "stationary_points_are_restricted_optima"),
    ("sensitivity", "solve", hasty, "insensitive_objective"),
]


@pytest.mark.parametrize(("job", "name", "error", "claim"), SCRIPTS)
def test_an_error_in_what_a_script_calls_flips_the_verdict(
    monkeypatch, script, computed, verdicts, sound, job, name, error, claim
):
    module = script(f"compute_{job}")
    monkeypatch.setattr(module, name, error(getattr(module, name)))
    tables = getattr(module, f"compute_{job}")
    after = verdicts(**computed(job, function=tables))
    assert (sound[claim], after[claim]) == ("holds", "fails")


def test_networks_that_pay_too_little_decay_fall_below_the_certified_bound(monkeypatch, computed, verdicts, sound):
    monkeypatch.setattr(network_training, "objectives", light_decay(network_training.objectives))
    after = verdicts(**computed("exact_programs"))
    assert (sound["other_activations_bound_descent"], after["other_activations_bound_descent"]) == ("holds", "fails")
