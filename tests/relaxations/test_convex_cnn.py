"""Program, projection, certificate, solvers and layers of convexified networks against cvxpy and by hand."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify.relaxations.convex_cnn import (
    filter_maps,
    fit_convex_layer,
    leading_filters,
    network_matrix,
    share_of_leading,
)
from convexify.relaxations.convex_cnn_program import NuclearProgram, project_nuclear_ball
from convexify.relaxations.convex_cnn_solvers import (
    descend_factors,
    solve_accelerated,
    solve_frank_wolfe,
    solve_stochastic,
)


def program(seed=0, n=25, positions=2, m=3, classes=3, radius=2.0):
    rng = np.random.default_rng(seed)
    return NuclearProgram(rng.standard_normal((n, positions, m)), rng.integers(0, classes, n), classes, radius)


def optimum(problem):
    A = cp.Variable(problem.shape)
    n, m = len(problem.y), problem.shape[1]
    P = problem.shape[0] // problem.classes
    outputs = cp.hstack([
        cp.reshape(sum(problem.Z[:, p] @ A[k * P + p] for p in range(P)), (n, 1), order="F")
        for k in range(problem.classes)
    ])  # fmt: skip
    assert m == problem.Z.shape[2]
    right = cp.sum(cp.multiply(outputs, np.eye(problem.classes)[problem.y]))
    loss = (cp.sum(cp.log_sum_exp(outputs, axis=1)) - right) / n
    constraint = [cp.normNuc(A) <= problem.radius]
    return cp.Problem(cp.Minimize(loss), constraint).solve(solver="CLARABEL"), A.value


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 1)])
@pytest.mark.parametrize("radius", [0.5, 3.0, 1e3])
def test_projection_equals_cvxpy(shape, radius):
    A = np.random.default_rng(1).standard_normal(shape)
    B = cp.Variable(shape)
    cp.Problem(cp.Minimize(cp.sum_squares(B - A)), [cp.normNuc(B) <= radius]).solve(solver="CLARABEL")
    np.testing.assert_allclose(project_nuclear_ball(A, radius), B.value, atol=1e-4)


@given(seed=st.integers(0, 10**6), radius=st.floats(0.01, 20))
def test_projection_obeys_its_variational_inequality_and_is_idempotent(seed, radius):
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((5, 3)) * rng.uniform(0.1, 10)
    B = project_nuclear_ball(A, radius)
    # ⟨A − B, S − B⟩ ≤ 0 for all S of the ball: the largest ⟨A − B, S⟩ is R σ_max(A − B).
    assert radius * np.linalg.norm(A - B, 2) - ((A - B) * B).sum() <= 1e-9 * (1 + np.linalg.norm(A) ** 2)
    assert np.linalg.svd(B, compute_uv=False).sum() <= radius * (1 + 1e-12)
    np.testing.assert_allclose(project_nuclear_ball(B, radius), B, atol=1e-10 * (1 + radius))


def test_equal_and_zero_singular_values_are_projected():
    np.testing.assert_allclose(project_nuclear_ball(np.eye(4), 2.0), 0.5 * np.eye(4), atol=1e-12)
    np.testing.assert_array_equal(project_nuclear_ball(np.zeros((3, 2)), 1.0), np.zeros((3, 2)))


def test_gradient_is_that_of_the_objective():
    problem, rng = program(), np.random.default_rng(2)
    A, D = rng.standard_normal(problem.shape), rng.standard_normal(problem.shape)
    slope = (problem.objective(A + 1e-6 * D) - problem.objective(A - 1e-6 * D)) / 2e-6
    assert (problem.gradient(problem.outputs(A)) * D).sum() == pytest.approx(slope, abs=1e-7)
    rows = np.array([3, 3, 7])
    part = NuclearProgram(problem.Z[rows], problem.y[rows], 3, 2.0)
    np.testing.assert_allclose(problem.gradient(problem.outputs(A, rows), rows), part.gradient(part.outputs(A)))


@pytest.mark.parametrize("radius", [0.5, 2.0, 5.0])
def test_certificate_encloses_the_optimum_of_cvxpy_at_any_point(radius):
    problem = program(radius=radius)
    best, minimiser = optimum(problem)
    rng = np.random.default_rng(3)
    for A in (0 * minimiser, project_nuclear_ball(rng.standard_normal(problem.shape), radius), minimiser):
        certificate = problem.certify(A)
        assert certificate.lower_bound <= best + 1e-6 <= certificate.objective + 2e-6
        assert certificate.gap == pytest.approx((certificate.objective - certificate.lower_bound) / np.log(3))
    assert problem.certify(minimiser).gap <= 1e-4
    norm = np.linalg.svd(minimiser, compute_uv=False).sum()
    assert problem.certify(3 * minimiser).violation == pytest.approx(max(0.0, 3 * norm / radius - 1))


@pytest.mark.parametrize("solve", [solve_accelerated, solve_frank_wolfe])
def test_solvers_reach_the_optimum_of_cvxpy(solve):
    problem = program()
    best, _ = optimum(problem)
    tol = 1e-3 if solve is solve_frank_wolfe else 1e-8
    solution = solve(problem, iterations=2000, tol=tol)
    certificate = problem.certify(solution.A)
    assert certificate.gap <= tol
    assert certificate.objective == pytest.approx(best, abs=np.log(3) * tol + 1e-6)
    assert certificate.violation == 0
    assert solution.trace["objective"].iloc[-1] == pytest.approx(certificate.objective)


def test_stochastic_gradient_approaches_the_optimum_inside_the_ball():
    problem = program(n=200)
    best = problem.certify(solve_accelerated(problem, iterations=2000, tol=1e-9).A).objective
    solution = solve_stochastic(problem, np.random.default_rng(0), step=0.05, passes=300, batch=20, records=5)
    assert best <= problem.objective(solution.A) <= best + 0.01
    assert problem.certify(solution.A).violation == 0
    assert solution.trace["passes"].iloc[-1] == pytest.approx(300)
    assert len(solution.trace) == 6


@pytest.mark.parametrize("filters", [1, 3])
def test_no_descent_on_filters_falls_below_the_certified_bound(filters):
    problem = program()
    bound = problem.certify(solve_accelerated(problem, iterations=5000, tol=1e-9).A).lower_bound
    for start in range(3):
        solution = descend_factors(problem, np.random.default_rng(start), filters=filters, step=0.5, iterations=500)
        assert solution.trace["objective"].min() >= bound - 1e-9
        assert np.linalg.matrix_rank(solution.A, tol=1e-9) <= filters
        assert problem.certify(solution.A).violation == 0
    if filters == 3:
        assert solution.trace["objective"].iloc[-1] == pytest.approx(bound, abs=1e-4)


def test_a_network_is_a_point_of_the_program():
    problem, rng = program(), np.random.default_rng(4)
    filters, weights = rng.standard_normal((2, 3)), rng.standard_normal((3, 2, 2))
    by_hand = np.einsum("npm,rm,kpr->nk", problem.Z, filters, weights)
    A = network_matrix(filters, weights)
    np.testing.assert_allclose(problem.outputs(A), by_hand)
    assert np.linalg.matrix_rank(A) == 2


def test_leading_filters_rebuild_a_matrix_of_their_rank():
    rng = np.random.default_rng(5)
    A = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 4))
    filters = leading_filters(A, 2)
    np.testing.assert_allclose(A @ filters.T @ filters, A, atol=1e-12)
    np.testing.assert_allclose(filters @ filters.T, np.eye(2), atol=1e-12)
    assert share_of_leading(A, 2) == pytest.approx(1.0)
    assert 0.5 <= share_of_leading(A, 1) < 1
    assert share_of_leading(np.zeros((2, 2)), 1) == 1


def test_maps_hold_the_output_of_each_filter_at_each_position():
    Z = np.random.default_rng(6).standard_normal((2, 9, 3))
    maps = filter_maps(Z, np.eye(3)[:2])
    assert maps.shape == (2, 2, 3, 3)
    assert maps[1, 0, 2, 1] == Z[1, 7, 0]


def test_a_layer_is_certified_and_gives_the_outputs_of_its_matrix():
    problem = program()
    layer = fit_convex_layer(problem.Z, problem.y, classes=3, radius=2.0, tol=1e-4, iterations=2000)
    assert layer.certificate.gap <= 1e-4
    np.testing.assert_allclose(layer.outputs(problem.Z), problem.outputs(layer.A))


def test_lists_are_arrays():
    problem = program()
    options = {"classes": 3, "radius": 2.0, "tol": 1e-3, "iterations": 50}
    layer = fit_convex_layer(problem.Z.tolist(), problem.y.tolist(), **options)
    np.testing.assert_array_equal(layer.A, fit_convex_layer(problem.Z, problem.y, **options).A)
    np.testing.assert_array_equal(NuclearProgram(problem.Z.tolist(), problem.y.tolist(), 3, 2.0).Z, problem.Z)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"radius": 0.0}, "radius: expected more than 0"),
        ({"radius": -1.0}, "radius: expected more than 0"),
        ({"y": np.array([0, 1, 3])}, "y: expected 3 classes 0 … 2"),
        ({"y": np.array([0, 1])}, "y: expected 3 classes"),
        ({"y": np.array([0.0, 1.0, 1.0])}, "y: expected 3 classes"),
        ({"Z": np.ones((3, 2))}, "Z: expected an array of shape"),
        ({"Z": np.full((3, 1, 2), np.nan)}, "Z: expected finite entries"),
        ({"classes": 1}, "classes: expected at least 2"),
        ({"tol": 0.0}, "tol: expected more than 0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    given = {"Z": np.ones((3, 1, 2)), "y": np.array([0, 1, 2]), "classes": 3, "radius": 1.0, "tol": 1e-3} | arguments
    with pytest.raises(ValueError, match=message):
        fit_convex_layer(given.pop("Z"), given.pop("y"), iterations=5, **given)
    with pytest.raises(ValueError, match="radius: expected more than 0"):
        project_nuclear_ball(np.eye(2), 0.0)
    with pytest.raises(ValueError, match="count: expected at most 2"):
        leading_filters(np.eye(2), 3)
