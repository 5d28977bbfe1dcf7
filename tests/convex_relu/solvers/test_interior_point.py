"""The interior point method: against cvxpy, weak penalties, cones without interior, exact zeros."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relu_problems import small_teacher

from convexify.convex_relu.programs.convex_program import build_program, in_natural_units
from convexify.convex_relu.solvers import interior_point
from convexify.convex_relu.solvers.regularization_path import beta_max
from convexify.convex_relu.solvers.solve import solve


def problem(seed, n=20, d=3, p=6, c=0):
    return small_teacher(seed, n, d, p, c)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(1e-4, 0.9), c=st.sampled_from([0, 2]))
def test_agrees_with_cvxpy_and_newton_finishes_what_it_leaves(seed, share, c):
    X, y, patterns = problem(seed, c=c)
    beta = share * beta_max(X, y, patterns)
    ours = solve(X, y, patterns, beta, tol=1e-6)
    reference = solve(X, y, patterns, beta, solver="cvxpy", tol=1e-6)
    assert ours.gap <= 1e-6
    assert ours.primal == pytest.approx(reference.primal, rel=3e-6)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_is_enough_alone_at_ordinary_penalties(seed, share):
    X, y, patterns = problem(seed, n=40, d=5, p=10)
    ours = solve(X, y, patterns, share * beta_max(X, y, patterns), solver="interior", tol=1e-6)
    assert ours.solver == "interior"
    assert ours.gap <= 1e-6
    assert ours.iterations <= 30


@pytest.mark.parametrize("share", [1e-2, 1e-3, 1e-4])
def test_a_penalty_a_thousand_times_weaker_costs_at_most_three_times_the_steps(share):
    X, y, patterns = problem(1, n=200, d=10, p=20)
    ordinary, weak = (
        solve(X, y, patterns, part * beta_max(X, y, patterns), solver="interior", tol=1e-5) for part in (0.1, share)
    )
    assert max(ordinary.gap, weak.gap) <= 1e-5
    assert weak.iterations <= 3 * ordinary.iterations


def test_cones_without_interior_need_no_special_care():
    # x and -x are samples: a pattern that is positive on both belongs to the hyperplane x'u = 0
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    patterns = np.array([[1, 1, 1, 1], [1, 0, 1, 1]], dtype=bool).T
    y = np.array([1.0, -1.0, 2.0, 3.0])
    ours = solve(X, y, patterns, 0.1, solver="auto", tol=1e-7)
    assert ours.gap <= 1e-7
    assert ours.primal == pytest.approx(solve(X, y, patterns, 0.1, solver="cvxpy", tol=1e-7).primal, rel=1e-6)
    assert ours.violation <= 1e-9


def test_groups_that_vanish_are_exactly_zero():
    X, y, patterns = problem(2, n=60, d=6, p=20)
    beta = 0.3 * beta_max(X, y, patterns)
    ours, exact = (solve(X, y, patterns, beta, solver=name, tol=1e-7) for name in ("interior", "newton"))
    for part, reference in ((ours.v, exact.v), (ours.w, exact.w)):
        zero = np.linalg.norm(reference, axis=0) == 0
        assert (np.linalg.norm(part, axis=0)[zero] == 0).mean() >= 0.9


def test_units_of_the_data_do_not_matter():
    X, y, patterns = problem(3)
    plain = solve(X, y, patterns, 0.05, solver="interior")
    scaled = solve(1e5 * X, 1e-3 * y, patterns, 0.05 * 1e5 * 1e-3, solver="interior")
    assert scaled.primal == pytest.approx(1e-6 * plain.primal, rel=1e-6)
    assert scaled.iterations == plain.iterations
    np.testing.assert_allclose(scaled.v * 1e8, plain.v, atol=1e-4)


def test_natural_units_scale_the_objective_by_the_square_of_the_targets_unit():
    X, y, patterns = problem(4)
    program = build_program(7.0 * X, 3.0 * y, patterns, 0.2)
    scaled, s, t = in_natural_units(program)
    u = np.random.default_rng(0).standard_normal((3, patterns.shape[1], 1))
    loss = [p.loss.value(p.predict(v), p.y) + p.beta * p.norms(v).sum() for p, v in ((scaled, u), (program, t / s * u))]
    assert loss[1] == pytest.approx(t**2 * loss[0], rel=1e-12)
    assert np.mean(np.sum(scaled.X**2, axis=1)) == pytest.approx(1.0)
    assert np.mean(scaled.y**2) == pytest.approx(1.0)


def test_every_step_hands_over_a_valid_bound():
    X, y, patterns = problem(5)
    program = build_program(X, y, patterns, 0.1)
    optimum = solve(X, y, patterns, 0.1, solver="cvxpy", tol=1e-9).primal
    for candidate in interior_point.iterate(program):
        assert candidate.dual <= optimum * (1 + 1e-9)


def test_other_programs_are_refused_by_name():
    X, y, patterns = problem(6)
    with pytest.raises(ValueError, match=r"^solver: 'interior' is for the squared loss with cones, got .* gated"):
        solve(X, y, patterns, 0.1, gated=True, solver="interior")
    with pytest.raises(ValueError, match=r"got a program with hinge loss"):
        solve(X, np.where(np.arange(len(y)) % 2, 1.0, -1.0), patterns, 0.1, loss="hinge", solver="interior")


@pytest.mark.parametrize("c", [0, 3])
@pytest.mark.parametrize("chunk", [1, 500, 10**9])
def test_the_coupling_matrix_is_summed_a_few_patterns_at_a_time(monkeypatch, c, chunk):
    X, y, patterns = problem(2, n=15, d=4, p=7, c=c)
    monkeypatch.setattr(interior_point, "_CHUNK", chunk)
    method = interior_point.InteriorPoint(build_program(X, y, patterns, 0.1))
    p, outputs = patterns.shape[1], max(c, 1)
    factors = np.random.default_rng(3).standard_normal((p, 4 * outputs, outputs, 4))
    expected = np.zeros((15 * outputs, 15 * outputs))
    for i in range(p):
        rows = (factors[i] @ (X * patterns[:, [i]]).T).reshape(4 * outputs, -1)
        expected += rows.T @ rows
    for dtype, tolerance in ((np.float64, 1e-13), (np.float32, 1e-5)):
        lower = np.tril(method._sum_of_squares(factors.astype(dtype)))
        assert lower.dtype == np.float64
        assert np.abs(lower - np.tril(expected)).max() <= tolerance * np.abs(expected).max()


def test_corrections_save_steps(monkeypatch):
    steps = {}
    for corrections in (0, 4):
        monkeypatch.setattr(interior_point, "_CORRECTIONS", corrections)
        monkeypatch.setattr(interior_point, "_WORTH", 1)
        steps[corrections] = 0
        for seed in range(4):
            X, y, patterns = problem(seed, n=120, d=8, p=25)
            beta = 3e-3 * beta_max(X, y, patterns)
            answer = solve(X, y, patterns, beta, solver="interior", tol=1e-6)
            assert answer.gap <= 1e-6
            steps[corrections] += answer.iterations
    assert steps[4] < 0.95 * steps[0], steps
