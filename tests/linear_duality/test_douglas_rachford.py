import itertools

import cvxpy as cp
import numpy as np
import pyproximal
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproximal.optimization.primal import DouglasRachfordSplitting

from convexify.linear_duality import (
    CompressedProblem,
    optimal_value,
    primal_value,
    project_spectral_ball,
    prox_top_r_squared_matrix,
    recover_weights,
    solve_compressed,
    solve_dual,
    top_r_squared,
)
from convexify.warnings import ConvergenceWarning


@st.composite
def problems(draw):
    """Data of any shape and rank, targets generic, tied, inside or outside the row space."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    d0, dH, n = draw(st.integers(1, 9)), draw(st.integers(1, 7)), draw(st.integers(1, 14))
    X = rng.normal(size=(d0, n))
    if draw(st.booleans()):
        X = rng.normal(size=(d0, 2)) @ rng.normal(size=(2, n))
    Y = rng.normal(size=(dH, n))
    kind = draw(st.sampled_from(["generic", "inside", "tied", "low rank"]))
    if kind == "inside":
        Y = rng.normal(size=(dH, d0)) @ X
    elif kind == "tied":
        problem = CompressedProblem(X, Y)
        U, s, Vt = np.linalg.svd(problem.targets, full_matrices=False)
        Y = problem.row_space.lift((U * np.resize([3.0, 3.0, 1.0], s.size)) @ Vt) + (
            Y - problem.row_space.lift(problem.targets)
        )
    elif kind == "low rank":
        Y = np.outer(rng.normal(size=dH), rng.normal(size=n))
    limit = min(d0, dH, n)
    rank = draw(st.sampled_from(sorted({1, (limit + 1) // 2, limit})))
    s = np.linalg.svd(Y @ np.linalg.pinv(X, rcond=1e-11) @ X, compute_uv=False)
    gamma = draw(st.sampled_from([0.0, 1e-9, 0.1, 0.9, 1.0, 1.7, s[-1], s[len(s) // 2], s[0], 2 * s[0] + 1]))
    return X, Y, float(gamma), rank


def closed_form(X, Y, gamma, rank):
    """The closed form written from scratch: projection by the pseudo-inverse, singular values of the whole matrix."""
    projected = Y @ np.linalg.pinv(X, rcond=1e-11) @ X
    s = np.linalg.svd(projected, compute_uv=False)[:rank]
    return 0.5 * (Y**2).sum() - 0.5 * (np.maximum(s - gamma, 0) ** 2).sum()


@given(problem=problems(), depth=st.integers(2, 5), extra=st.integers(0, 2))
@settings(max_examples=150, deadline=None)
def test_gap_is_zero_for_every_gamma_shape_and_rank(problem, depth, extra):
    X, Y, gamma, rank = problem
    expected = closed_form(X, Y, gamma, rank)
    # Where the optimum itself is zero, the size of the data sets the scale.
    scale = max(abs(expected), 1e-6 * (Y**2).sum())
    for method in ("douglas-rachford", "closed-form"):
        solution = solve_dual(X, Y, gamma, rank, method=method)
        assert solution.converged
        assert solution.value == pytest.approx(expected, abs=1e-8 * scale)
        assert solution.Lambda.shape == Y.shape
        assert np.linalg.norm(solution.Lambda, 2) <= gamma * (1 + 1e-12)
        inside = solution.Lambda @ np.linalg.pinv(X, rcond=1e-11) @ X
        np.testing.assert_allclose(inside, solution.Lambda, atol=1e-8 * (1 + gamma))
        weights = recover_weights(X, Y, solution, [rank + extra] * (depth - 2) + [rank])
        assert [W.shape[0] for W in weights] == [rank + extra] * (depth - 2) + [rank, Y.shape[0]]
        assert primal_value(weights, X, Y, gamma) == pytest.approx(expected, abs=1e-8 * scale)


@given(problem=problems())
@settings(max_examples=40, deadline=None)
def test_reported_value_is_the_dual_objective_at_the_returned_point(problem):
    X, Y, gamma, rank = problem
    solution = solve_dual(X, Y, gamma, rank)
    projected = Y @ np.linalg.pinv(X, rcond=1e-11) @ X
    direct = 0.5 * (Y**2).sum() - 0.5 * top_r_squared(projected - solution.Lambda, rank)
    assert solution.value == pytest.approx(direct, abs=1e-9 * max(1, (Y**2).sum()))
    assert len(solution.residuals) == len(solution.gaps) == solution.iterations


@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_douglas_rachford_reaches_the_value_from_any_start_and_plain(problem, seed):
    X, Y, gamma, rank = problem
    start = np.random.default_rng(seed).normal(size=Y.shape) * (1 + gamma)
    for relaxation in (1.0, 1.6):
        solution = solve_dual(X, Y, gamma, rank, start=start, relaxation=relaxation)
        expected = closed_form(X, Y, gamma, rank)
        assert solution.value == pytest.approx(expected, abs=1e-8 * max(expected, 1e-6 * (Y**2).sum()))
        weights = recover_weights(X, Y, solution, [rank])
        assert primal_value(weights, X, Y, gamma) == pytest.approx(
            expected, abs=1e-8 * max(expected, 1e-6 * (Y**2).sum())
        )


def test_every_dual_point_bounds_every_network_from_below():
    rng = np.random.default_rng(5)
    X, Y = rng.normal(size=(5, 20)), rng.normal(size=(4, 20))
    for _ in range(50):
        depth, gamma = int(rng.integers(2, 5)), float(rng.uniform(0, 6))
        widths = [int(w) for w in rng.integers(2, 6, size=depth - 1)]
        rank = min([*widths, 4, 5])
        sizes = [5, *widths, 4]
        weights = [rng.normal(size=(b, a)) * 0.5 for a, b in itertools.pairwise(sizes)]
        assert primal_value(weights, X, Y, gamma) >= solve_dual(X, Y, gamma, rank).value * (1 - 1e-12)


@pytest.mark.parametrize("gamma", [0.2, 1.0, 3.0])
def test_values_agree_with_cvxpy_in_nuclear_norm_form_and_in_dual_form(gamma):
    rng = np.random.default_rng(6)
    X, Y = rng.normal(size=(3, 9)), rng.normal(size=(3, 9))
    W = cp.Variable((3, 3))
    nuclear = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(Y - W @ X) + gamma * cp.normNuc(W @ X)))
    nuclear.solve(solver="CLARABEL")
    assert solve_dual(X, Y, gamma, 3).value == pytest.approx(nuclear.value, rel=1e-6)
    projected = Y @ np.linalg.pinv(X) @ X
    for rank in (1, 2, 3):
        C, T = cp.Variable((3, 3)), cp.Variable((3, 3), symmetric=True)
        N = projected - C @ X
        constraints = [cp.bmat([[T, N], [N.T, np.eye(9)]]) >> 0, cp.sigma_max(C @ X) <= gamma]
        dual = cp.Problem(cp.Maximize(-0.5 * cp.lambda_sum_largest(T, rank) + 0.5 * (Y**2).sum()), constraints)
        dual.solve(solver="CLARABEL")
        assert solve_dual(X, Y, gamma, rank).value == pytest.approx(dual.value, rel=1e-6)


@pytest.mark.parametrize("rank", [2, 4])
def test_optimum_agrees_with_the_solver_of_pyproximal(rank):
    rng = np.random.default_rng(7)
    problem = CompressedProblem(rng.normal(size=(6, 30)), rng.normal(size=(4, 30)))
    shape, gamma, step, relaxation = problem.targets.shape, 2.0, 0.8, 1.3

    class TopR(pyproximal.ProxOperator):
        def __call__(self, x):
            return 0.5 * top_r_squared(problem.targets - x.reshape(shape), rank)

        def prox(self, x, tau):
            inner = problem.targets - x.reshape(shape)
            return (problem.targets - prox_top_r_squared_matrix(inner, rank, float(np.squeeze(tau)))).ravel()

    class Ball(pyproximal.ProxOperator):
        def __call__(self, x):
            return 0.0

        def prox(self, x, tau):
            return project_spectral_ball(x.reshape(shape), gamma).ravel()

    theirs, _ = DouglasRachfordSplitting(
        TopR(), Ball(), np.zeros(problem.targets.size), tau=step, eta=relaxation, niter=400, gfirst=True
    )
    best = solve_compressed(problem, gamma, rank)
    theirs = project_spectral_ball(theirs.reshape(shape), gamma)
    assert problem.dual_value(theirs, rank) == pytest.approx(best.value - problem.constant, rel=1e-9)


def test_recovery_chooses_rightly_where_the_truncation_is_tied():
    # sigma = (5, 3), r = 1, gamma = 1: Lambda = diag(1, -1) is optimal too and leaves residual diag(4, 4).
    X, Y = np.eye(2), np.diag([5.0, 3.0])
    problem = CompressedProblem(X, Y)
    Lambda = problem.row_space.coordinates(np.diag([1.0, -1.0]))
    best = optimal_value([5.0, 3.0], 1.0, 1)
    assert problem.dual_value(Lambda, 1) == pytest.approx(best)
    (U, c, V), value = problem.primal_product(Lambda, 1.0, 1)
    assert value == pytest.approx(best)
    np.testing.assert_allclose(problem.row_space.lift((U * c) @ V.T), np.diag([4.0, 0.0]), atol=1e-12)


def test_too_few_steps_give_the_best_feasible_point_with_its_gap_and_a_warning():
    rng = np.random.default_rng(8)
    X, Y = rng.normal(size=(6, 30)), 5 * rng.normal(size=(5, 30))
    with pytest.warns(ConvergenceWarning, match="certified relative gap"):
        solution = solve_dual(X, Y, 20.0, 2, max_iter=2)
    exact = solve_dual(X, Y, 20.0, 2, method="closed-form")
    assert not solution.converged
    assert solution.gap > 1e-10
    assert solution.value <= exact.value
    assert exact.value - solution.value <= solution.gap * exact.value * (1 + 1e-9)


def test_data_orthogonal_to_the_targets_or_zero_leave_the_zero_network():
    Y = np.array([[1.0, -1.0]])
    for X in (np.zeros((2, 2)), np.ones((2, 2))):
        for gamma in (0.0, 1.0):
            solution = solve_dual(X, Y, gamma, 1)
            assert solution.value == pytest.approx(1.0)
            weights = recover_weights(X, Y, solution, [1])
            assert primal_value(weights, X, Y, gamma) == pytest.approx(1.0)
            np.testing.assert_allclose(solution.Lambda, 0, atol=1e-15)


X, Y = np.random.default_rng(9).normal(size=(4, 10)), np.random.default_rng(10).normal(size=(3, 10))


@pytest.mark.parametrize("unit", [1e-74, 1e74])
def test_units_near_the_ends_of_the_range_change_nothing_but_the_units(unit):
    ours, other = solve_dual(X, Y, 0.5, 2), solve_dual(X, Y * unit, 0.5 * unit, 2)
    assert other.converged
    assert other.value / unit**2 == pytest.approx(ours.value, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "options", "name"),
    [
        ((X, Y[:, :9], 1.0, 2), {}, "Y"),
        ((X[0], Y, 1.0, 2), {}, "X"),
        ((X[:, :0], Y[:, :0], 1.0, 1), {}, "X"),
        ((np.where(X > 1, np.nan, X), Y, 1.0, 2), {}, "X"),
        ((X, np.where(Y > 0, np.inf, Y), 1.0, 2), {}, "Y"),
        ((X, Y * 1e160, 1e159, 2), {}, "Y"),
        ((X, Y * 1e-170, 1e-171, 2), {}, "Y"),
        ((X * 5e307, Y, 1.0, 2), {}, "X"),
        ((X, Y, -0.1, 2), {}, "gamma"),
        ((X, Y, np.nan, 2), {}, "gamma"),
        ((X, Y, 1.0, 0), {}, "rank"),
        ((X, Y, 1.0, 4), {}, "rank"),
        ((X, Y, 1.0, 2.0), {}, "rank"),
        ((X, Y, 1.0, 2), {"method": "admm"}, "method"),
        ((X, Y, 1.0, 2), {"tol": 0.0}, "tol"),
        ((X, Y, 1.0, 2), {"max_iter": 0}, "max_iter"),
        ((X, Y, 1.0, 2), {"step": -1.0}, "step"),
        ((X, Y, 1.0, 2), {"relaxation": 2.0}, "relaxation"),
        ((X, Y, 1.0, 2), {"start": np.zeros((3, 9))}, "start"),
    ],
)
def test_bad_arguments_are_named(arguments, options, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        solve_dual(*arguments, **options)


def test_recovery_refuses_other_data_and_widths_below_the_rank():
    solution = solve_dual(X, Y, 1.0, 2)
    with pytest.raises(ValueError, match=r"^X: expected X and Y that the solution was computed from"):
        recover_weights(2 * X, Y, solution, [2])
    with pytest.raises(ValueError, match=r"^widths: expected at least the rank 2"):
        recover_weights(X, Y, solution, [3, 1])
    with pytest.raises(ValueError, match=r"^widths: expected a network of at most 1e\+09 weights"):
        recover_weights(X, Y, solution, [10**9])
    recover_weights(np.asfortranarray(X), Y.copy(), solution, [2])
