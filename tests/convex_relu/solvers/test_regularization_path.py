"""The smallest penalty with a zero solution, and paths below it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.regularization_path import beta_max, count_active, regularization_path
from convexify.convex_relu.solvers.solve import solve

LOSSES = ["squared", "logistic", "hinge"]


def instance(seed, c=None, n=10, d=3, P=5):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    labels = rng.permutation(np.where(np.arange(n) % 2, 1.0, -1.0))
    if c is not None:
        labels = np.column_stack([rng.permutation(labels) for _ in range(c)])
    return X, labels, sample_patterns(X, P, 0)


def active(solution):
    return count_active(solution.v) + (0 if solution.w is None else count_active(solution.w))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(LOSSES), st.booleans(), st.sampled_from([None, 2]))
def test_solution_is_zero_above_and_not_zero_below(seed, loss, gated, c):
    X, y, patterns = instance(seed, c)
    top = beta_max(X, y, patterns, gated=gated, loss=loss)
    at_zero = {"squared": 0.5, "logistic": np.log(2), "hinge": 1.0}[loss] * y.size
    above = solve(X, y, patterns, 1.001 * top, gated=gated, loss=loss, tol=1e-8)
    assert above.primal == pytest.approx(at_zero, rel=1e-7)
    below = solve(X, y, patterns, 0.95 * top, gated=gated, loss=loss, tol=1e-8)
    assert below.primal < at_zero * (1 - 1e-6)
    assert active(below) > 0


def test_nuclear_norm_without_cones_has_the_spectral_threshold():
    X, Y, patterns = instance(3, 3)
    top = beta_max(X, Y, patterns, gated=True, group_norm="nuclear")
    assert top == pytest.approx(max(np.linalg.norm(X.T @ (p[:, None] * Y), 2) for p in patterns.T))
    at_zero = 0.5 * Y.size
    options = {"gated": True, "group_norm": "nuclear", "tol": 1e-7}
    assert solve(X, Y, patterns, 1.001 * top, **options).primal == pytest.approx(at_zero, rel=1e-7)
    assert solve(X, Y, patterns, 0.95 * top, **options).primal < at_zero * (1 - 1e-6)


def test_nuclear_norm_with_cones_gets_a_valid_upper_bound():
    X, Y, patterns = instance(4, 2)
    top = beta_max(X, Y, patterns, group_norm="nuclear")
    solution = solve(X, Y, patterns, 1.001 * top, group_norm="nuclear", tol=1e-6)
    assert solution.primal == pytest.approx(0.5 * Y.size, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_exact_threshold_is_the_largest_correlation_with_one_neuron(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((8, 2)), rng.standard_normal(8)
    angles = np.linspace(0, 2 * np.pi, 40_001)
    # between kinks the function is smooth, and a fine grid is accurate to second order; kinks are tried themselves
    kinks = np.array([-X[:, 1], X[:, 0]]) / np.linalg.norm(X, axis=1)
    directions = np.hstack([[np.cos(angles), np.sin(angles)], kinks, -kinks])
    brute = np.abs(y @ np.maximum(X @ directions, 0)).max()
    exact = beta_max(X, y, enumerate_patterns(X))
    assert brute <= exact * (1 + 1e-12)
    assert brute == pytest.approx(exact, rel=1e-8)


def test_path_starts_at_zero_and_agrees_with_cold_solves():
    X, y, patterns = instance(7, n=15, P=8)
    path = regularization_path(X, y, patterns, 6, ratio=0.01, tol=1e-8)
    assert path.betas[0] == path.beta_max == beta_max(X, y, patterns)
    assert path.betas[-1] == pytest.approx(0.01 * path.beta_max)
    assert path.n_active[0] <= path.n_active[-1]
    primals = [s.primal for s in path.solutions]
    assert primals == sorted(primals, reverse=True)
    for beta, solution in zip(path.betas, path.solutions, strict=True):
        assert solution.gap <= 1e-8
        assert solution.primal == pytest.approx(solve(X, y, patterns, float(beta), tol=1e-8).primal, rel=2e-8)


def test_given_penalties_are_sorted():
    X, y, patterns = instance(8)
    path = regularization_path(X, y, patterns, [0.1, 1.0, 0.5], gated=True)
    np.testing.assert_array_equal(path.betas, [1.0, 0.5, 0.1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"betas": 0}, r"^betas: expected"),
        ({"betas": [0.1, -1.0]}, r"^betas: expected positive"),
        ({"betas": [np.nan]}, r"^betas: expected finite"),
        ({"ratio": 0.0}, r"^ratio: expected"),
        ({"ratio": 1.0}, r"^ratio: expected less than 1"),
        ({"betas": None}, r"^betas: expected"),
        ({"betas": np.inf}, r"^betas: expected"),
        ({"betas": np.nan}, r"^betas: expected"),
        ({"betas": True}, r"^betas: expected"),
        ({"betas": "ten"}, r"^betas: expected"),
        ({"loss": "absolute"}, r"^loss: expected"),
    ],
)
def test_bad_arguments_are_rejected_by_name(arguments, message):
    X, y, patterns = instance(9)
    with pytest.raises(ValueError, match=message):
        regularization_path(X, y, patterns, **arguments)


def test_constant_zero_labels_leave_no_scale_for_a_path():
    X, _, patterns = instance(10)
    assert beta_max(X, np.zeros(10), patterns) == 0
    with pytest.raises(ValueError, match=r"^betas: expected an array"):
        regularization_path(X, np.zeros(10), patterns)


@pytest.mark.filterwarnings("ignore::convexify.ConvergenceWarning")
@pytest.mark.parametrize("seed", range(3))
def test_cones_that_hold_zero_alone_have_no_scale_of_penalties(seed):
    """All neurons on, for random data of both signs: only u = 0 satisfies Xu >= 0."""
    X, labels, _ = instance(seed, n=12)
    on = np.ones((12, 2), dtype=bool)
    assert beta_max(X, labels, on) == 0
    with pytest.raises(ValueError, match=r"^betas: expected an array"):
        regularization_path(X, labels, on)
    path = regularization_path(X, labels, on, [1.0, 1e-16, 1e-17])
    assert [s.primal for s in path.solutions] == pytest.approx([6.0] * 3)
