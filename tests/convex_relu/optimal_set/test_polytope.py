"""All optimal networks of small problems against linear programs, exact arithmetic and the convex program."""

import numpy as np
import pytest
from scipy.optimize import linprog

from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.optimal_set.exact_instances import exact_instance
from convexify.convex_relu.optimal_set.off_sample import error_range
from convexify.convex_relu.optimal_set.polytope import optimal_set
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.solve import solve

CASES = [("square", [1, 0, 0, 2]), ("cube", [2, 0, 1, 0, 0, 1]), ("octahedron", [1, 1, 0, 2, 0, 0, 0, 1])]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_found_from_data_alone_as_in_exact_arithmetic(case):
    exact = exact_instance(*case)
    found = optimal_set(exact.X, exact.y, exact.beta)
    assert found.gap < 1e-12
    assert found.proved_margin < 1
    np.testing.assert_allclose(found.fit, exact.y - 1, atol=1e-6)
    strengths = {tuple(np.round(found.directions @ v, 4) + 0.0) for v in found.vertices}
    expected = exact.directions @ np.array(exact.vertices, dtype=float).T
    assert strengths == {tuple(np.round(column, 4) + 0.0) for column in expected.T}


def test_every_vertex_is_an_optimal_network():
    exact = exact_instance(*CASES[2])
    found = optimal_set(exact.X, exact.y, exact.beta)
    best = solve(exact.X, exact.y, enumerate_patterns(exact.X), exact.beta, tol=1e-7)
    for vertex in found.vertices:
        value = network_objective(found.network(vertex), exact.X, exact.y, exact.beta)
        assert best.dual * (1 - 1e-9) <= value <= best.primal * (1 + 1e-6)


def test_vertices_are_all_that_linear_programs_find():
    exact = exact_instance(*CASES[2])
    found = optimal_set(exact.X, exact.y, exact.beta)
    for cost in np.random.default_rng(0).standard_normal((20, found.columns.shape[1])):
        answer = linprog(cost, A_eq=found.columns, b_eq=found.fit)
        assert answer.fun == pytest.approx((found.vertices @ cost).min(), abs=1e-6)


def test_generic_data_have_one_optimum():
    rng = np.random.default_rng(3)
    found = optimal_set(rng.standard_normal((6, 2)), rng.standard_normal(6), 0.3)
    assert len(found.vertices) == 1
    assert found.gap < 1e-12
    assert found.proved_margin < 1


def test_nothing_is_fitted_where_the_penalty_is_large():
    found = optimal_set([[1.0, 0.0], [0.0, 1.0]], [1.0, -1.0], 5.0)
    assert not found.fit.any()
    assert found.vertices.sum() == 0


def test_range_of_test_errors_holds_every_mixture():
    exact = exact_instance(*CASES[1])
    found = optimal_set(exact.X, exact.y, exact.beta)
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((40, 3)), rng.standard_normal(40)
    errors = error_range(found, X, y)
    for weights in rng.dirichlet(np.ones(len(found.vertices)), 200):
        error = np.sqrt(((found.outputs(X) @ found.vertices.T @ weights - y) ** 2).mean())
        assert errors.smallest - 1e-6 <= error <= errors.largest + 1e-9
    for strengths, expected in ((errors.best, errors.smallest), (errors.worst, errors.largest)):
        value = np.sqrt(((found.network(strengths).predict(X) - y) ** 2).mean())
        assert value == pytest.approx(expected)
        np.testing.assert_allclose(found.columns @ strengths, found.fit, atol=1e-4)


@pytest.mark.parametrize("weights", [[1, 1], [1, 0, 0, -1], [0.5, 0, 0, 1]])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(ValueError, match="weights: expected 4"):
        exact_instance("square", weights)
