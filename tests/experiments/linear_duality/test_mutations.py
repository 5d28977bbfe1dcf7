"""Deliberate errors in the mathematics, one at a time: each has to change a verdict of the ledger."""

from types import SimpleNamespace

import numpy as np
import pytest

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
    iterations=300,
    given_iterations=20,
    record_every=20,
    step_factor=0.5,
    tuning_trials=5,
    tuning_starts=1,
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


def tables_of(compute, name):
    """Tables that one script computes, by name."""
    if name in ("compute_chains", "compute_properties"):
        found = compute(SETTINGS, 1)
        return {"chains": found} if name == "compute_chains" else found
    rng = np.random.default_rng(0)
    digits = {"X": rng.integers(0, 16, size=(40, 6)), "y": np.arange(40) % 4}
    few, tables = SimpleNamespace(**{**vars(SETTINGS), "instances": ["gaussian"]}), {}
    for source, data in zip(SOURCES, ([], digits), strict=True):
        found = compute(data, source, SETTINGS, 1) if name == "compute_dual" else compute(data, source, few, 1, "cpu")
        for key in found.keys() & {"dual", "convergence", "runs"}:
            tables.setdefault(key, []).append(found[key])
    return tables


@pytest.fixture(scope="module")
def verdicts_of(entry, standings):
    """Standing by claim, from all tables."""
    return lambda tables: standings(entry("metrics")(**tables, sources=SOURCES, target=SETTINGS.target))


@pytest.fixture(scope="module")
def tables(entry):
    names = ("compute_dual", "compute_descent", "compute_chains", "compute_properties")
    return {key: table for name in names for key, table in tables_of(entry(name), name).items()}


@pytest.fixture(scope="module")
def right(verdicts_of, tables):
    return verdicts_of(tables)


@pytest.fixture
def verdicts_with(mistaken, verdicts_of, tables):
    """Verdicts where one script has another function under a name that it imported; other tables stay."""

    def compute(script, name, wrong):
        return verdicts_of(tables | tables_of(mistaken(script, name, wrong), script))

    return compute


def test_without_an_error_the_theorem_holds(right):
    for claim in ("zero_gap", "every_gamma", "every_layer_a_convolution", "every_layer_affine", "no_poor_local_minima"):
        assert right[claim] == "holds", claim
    for claim in ("limit_on_bias", "short_kernels", "descent_only_on_convex_objectives"):
        assert right[claim] == "fails", claim


def test_penalty_without_the_division_by_the_depth(verdicts_with, right):
    """γ[…] instead of (γ/H)[…] in objective (2)."""
    after = verdicts_with(
        "compute_dual", "primal_value", lambda value: lambda W, X, Y, gamma: value(W, X, Y, gamma * len(W))
    )
    assert right["every_gamma"] == right["solution_recovered"] == "holds"
    assert after["every_gamma"] == after["solution_recovered"] == "fails"


def test_dual_of_a_chain_without_its_bottleneck(verdicts_with, right):
    """All singular values of a frequency instead of the r largest."""

    def wrong(optimum):
        def without(kernels, gamma, depth, channels):
            layers, _ = optimum(kernels, gamma, depth, channels)
            return layers, optimum(kernels, gamma, depth, min(kernels.shape[:2]))[1]

        return without

    after = verdicts_with("compute_chains", "chain_optimum", wrong)
    assert right["every_layer_a_convolution"] == "holds"
    assert after["every_layer_a_convolution"] == "fails"


def test_threshold_of_the_singular_values_doubled(verdicts_with, right):
    """(σ_i − 2γ)₊ instead of (σ_i − γ)₊ in the closed form."""
    after = verdicts_with("compute_dual", "optimal_value", lambda optimal: lambda s, gamma, r: optimal(s, 2 * gamma, r))
    assert right["closed_form"] == "holds"
    assert after["closed_form"] == "fails"


def test_smallest_singular_values_instead_of_the_largest(verdicts_with, right):
    """The sum of the squares of the r smallest singular values is not convex."""
    after = verdicts_with(
        "compute_properties",
        "top_r_squared",
        lambda _: lambda A, r: float((np.linalg.svd(A, compute_uv=False)[-r:] ** 2).sum()),
    )
    assert right["sum_of_largest_squares_is_convex"] == "holds"
    assert after["sum_of_largest_squares_is_convex"] == "fails"


def test_projection_onto_the_columns_of_the_targets(verdicts_with, right):
    """Targets whose projection loses a factor 0.9."""

    def wrong(problem):
        return lambda X, Y: problem(X, 0.9 * np.asarray(Y))

    after = verdicts_with("compute_properties", "CompressedProblem", wrong)
    assert right["least_error_is_the_projection"] == "holds"
    assert after["least_error_is_the_projection"] == "fails"


def test_descent_on_half_of_the_penalty(verdicts_with, right):
    """Gradient descent with γ/2 falls below the dual value."""

    def wrong(descent):
        return lambda inputs, targets, gammas, *more, **options: descent(
            inputs, targets, [0.5 * gamma for gamma in gammas], *more, **options
        )

    after = verdicts_with("compute_descent", "gradient_descent", wrong)
    assert right["descent_never_below_dual"] == "holds"
    assert after["descent_never_below_dual"] == "fails"
