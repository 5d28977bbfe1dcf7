"""Deliberate errors in the mathematics, one at a time: each has to change a verdict of the ledger."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convexify_workflow.ledger import evaluate_claims, standing
from convexify_workflow.yaml_files import load_yaml

ROOT = Path(__file__).parents[3]
CLAIMS = load_yaml(ROOT / "workflow" / "experiments" / "linear_duality" / "claims.yaml")
SOURCES = ["synthetic", "digits"]
SETTINGS = SimpleNamespace(
    instances=["gaussian", "circulant", "affine"],
    depths=[2, 3],
    weight_decay_depths=[2, 3],
    gammas=[0.0, 0.5],
    tolerance=1e-11,
    gamma_points=3,
    largest_gamma=1.2,
    repetitions=2,
    initialisations=["orthogonal"],
    iterations=400,
    given_iterations=20,
    record_every=20,
    step_factor=0.5,
    tuning_trials=5,
    tuning_starts=1,
    tuning_iterations=100,
    target=1e-6,
    chain_draws=2,
    channels=2,
    length=4,
    draws=4,
    chords=40,
    noise_levels=[0.01, 0.1],
    critical_size=3,
    critical_depths=[2, 3],
    critical_iterations=600,
)


def ledger(entry, changes=()):
    """Verdicts by claim; ``changes`` are (script, name in it, function) that replace what the script imported."""
    scripts = {name: entry(name) for name in ("compute_dual", "compute_descent", "compute_chains", "compute_properties")}
    for script, name, function in changes:
        assert name in scripts[script].__globals__, name
        scripts[script].__globals__[name] = function
    rng = np.random.default_rng(0)
    digits = {"X": rng.integers(0, 16, size=(40, 6)), "y": np.arange(40) % 4}
    tables = {"dual": [], "convergence": [], "runs": []}
    for source, data in zip(SOURCES, ([], digits), strict=True):
        few = SimpleNamespace(**{**vars(SETTINGS), "instances": ["gaussian"]})
        found = scripts["compute_dual"](data, source, SETTINGS, 1)
        found |= scripts["compute_descent"](data, source, few, 1, "cpu")
        for name, parts in tables.items():
            parts.append(found[name])
    tables["chains"] = scripts["compute_chains"](SETTINGS, 1)
    tables |= scripts["compute_properties"](SETTINGS, 1)
    table = entry("metrics")(**tables, sources=SOURCES, target=SETTINGS.target)
    verdicts = evaluate_claims(CLAIMS, table, "linear_duality").set_index("claim")["verdict"]
    return {claim.split(".")[1]: standing(verdict) for claim, verdict in verdicts.items()}


@pytest.fixture(scope="module")
def right(entry):
    return ledger(entry)


def test_without_an_error_the_theorem_holds(right):
    for claim in ("zero_gap", "every_gamma", "every_layer_a_convolution", "every_layer_affine", "no_poor_local_minima"):
        assert right[claim] == "holds", claim
    for claim in ("limit_on_bias", "short_kernels", "descent_only_on_convex_objectives"):
        assert right[claim] == "fails", claim


def test_penalty_without_the_division_by_the_depth(entry, right):
    """½‖Y − WX‖² + γ[…] instead of (γ/H)[…]."""
    value = entry("compute_dual").__globals__["primal_value"]

    def wrong(weights, X, Y, gamma):
        return value(weights, X, Y, gamma * len(weights))

    after = ledger(entry, [("compute_dual", "primal_value", wrong)])
    assert right["every_gamma"] == "holds"
    assert after["every_gamma"] == after["solution_recovered"] == "fails"


def test_dual_without_its_bottleneck(entry, right):
    """Λ of full rank's dual: ‖·‖²_F instead of ‖·‖²_r in a chain of convolutions."""
    optimum = entry("compute_chains").__globals__["chain_optimum"]

    def wrong(kernels, gamma, depth, channels):
        return optimum(kernels, gamma, depth, channels)[0], optimum(kernels, gamma, depth, min(kernels.shape[:2]))[1]

    after = ledger(entry, [("compute_chains", "chain_optimum", wrong)])
    assert right["every_layer_a_convolution"] == "holds"
    assert after["every_layer_a_convolution"] == "fails"


def test_threshold_of_the_singular_values_doubled(entry, right):
    """(σ_i − 2γ)₊ instead of (σ_i − γ)₊ in the closed form."""
    optimal = entry("compute_dual").__globals__["optimal_value"]

    def wrong(singular_values, gamma, rank):
        return optimal(singular_values, 2 * gamma, rank)

    after = ledger(entry, [("compute_dual", "optimal_value", wrong)])
    assert right["closed_form"] == "holds"
    assert after["closed_form"] == "fails"


def test_smallest_singular_values_instead_of_the_largest(entry, right):
    """A sum of squares of the r smallest singular values is not convex."""

    def wrong(A, r):
        return float((np.linalg.svd(A, compute_uv=False)[-r:] ** 2).sum())

    after = ledger(entry, [("compute_properties", "top_r_squared", wrong)])
    assert right["sum_of_largest_squares_is_convex"] == "holds"
    assert after["sum_of_largest_squares_is_convex"] == "fails"


def test_descent_on_an_objective_that_is_too_small(entry, right):
    """Gradient descent with half of γ falls below the dual value."""
    descent = entry("compute_descent").__globals__["gradient_descent"]

    def wrong(inputs, targets, gammas, *arguments, **options):
        return descent(inputs, targets, [0.5 * gamma for gamma in gammas], *arguments, **options)

    after = ledger(entry, [("compute_descent", "gradient_descent", wrong)])
    assert right["descent_never_below_dual"] == "holds"
    assert after["descent_never_below_dual"] == "fails"
