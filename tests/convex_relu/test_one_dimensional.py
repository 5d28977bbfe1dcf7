"""Lasso problems of networks on a line: the finite dictionary stands for every branch, and the optimum is certified."""

import cvxpy as cp
import numpy as np
import pytest
from scipy.optimize import linprog

from convexify.convex_relu.networks.narrow_training import descend_narrow
from convexify.convex_relu.one_dimensional import branch_features, dictionary, solve_lasso
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.piecewise_linear import solve_piecewise_linear

NETWORKS = [("relu", 2), ("relu", 3), ("relu", 4), ("relu", 6), ("absolute", 2), ("absolute", 3), ("sign", 2)]


@pytest.fixture
def problem():
    rng = np.random.default_rng(4)
    return rng.standard_normal(7), rng.standard_normal(7)


@pytest.mark.parametrize(("activation", "layers"), NETWORKS)
def test_every_branch_is_a_mean_of_features_up_to_a_constant(activation, layers, problem):
    x, _ = problem
    A = dictionary(x, activation, layers).features
    branches = branch_features(x, activation, layers, np.random.default_rng(0), 40)
    for branch in branches.T:
        # least ℓ1 norm of coefficients that give the branch on the samples
        equality = np.hstack([A, -A, np.ones((7, 1)), -np.ones((7, 1))])
        cost = np.append(np.ones(2 * A.shape[1]), [0.0, 0.0])
        found = linprog(cost, A_eq=equality, b_eq=branch, method="highs")
        assert found.status == 0
        assert found.fun <= 1 + 1e-7


@pytest.mark.parametrize(("activation", "layers"), NETWORKS)
def test_the_dual_point_bounds_every_branch(activation, layers, problem):
    x, y = problem
    answer = solve_lasso(dictionary(x, activation, layers).features, y, 0.1)
    assert answer.gap <= 1e-8
    branches = branch_features(x, activation, layers, np.random.default_rng(1), 5000)
    assert np.abs(answer.nu @ branches).max() <= 0.1 * (1 + 1e-8)
    assert abs(answer.nu.sum()) < 1e-12


def test_without_a_reflected_feature_the_dual_point_is_beaten():
    # control: the test above can fail
    rng = np.random.default_rng(2)
    worst = 0.0
    for _ in range(5):
        x, y = rng.standard_normal((2, 7))
        D = dictionary(x, "absolute", 3)
        answer = solve_lasso(D.features[:, np.isin(D.kinks, x).all(axis=1)], y, 0.1)
        worst = max(worst, np.abs(answer.nu @ branch_features(x, "absolute", 3, rng, 5000)).max() / 0.1)
    assert worst > 1.001


def test_the_lasso_optimum_is_that_of_cvxpy(problem):
    x, y = problem
    A = dictionary(x, "absolute", 3).features
    z, xi = cp.Variable(A.shape[1]), cp.Variable()
    value = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(A @ z + xi - y) + 0.1 * cp.norm1(z))).solve(solver="CLARABEL")
    assert solve_lasso(A, y, 0.1).primal == pytest.approx(value, rel=1e-6)


def test_two_layers_with_penalised_biases_cost_more(problem):
    # the same network with a penalised bias and no intercept is the project's convex program
    x, y = problem
    X = np.column_stack([x, np.ones(7)])
    patterns = enumerate_patterns(X)
    for slope, activation in ((0.0, "relu"), (-1.0, "absolute")):
        stronger = solve_piecewise_linear(X, y, patterns, 0.1, slope)
        assert solve_lasso(dictionary(x, activation, 2).features, y, 0.1).primal <= stronger.dual + 1e-9


def test_more_layers_never_raise_the_optimum_and_a_fourth_relu_layer_changes_nothing(problem):
    x, y = problem
    value = {n: solve_lasso(dictionary(x, *n).features, y, 0.1).primal for n in NETWORKS}
    assert value["relu", 3] < value["relu", 2]
    assert value["relu", 4] == value["relu", 3] == value["relu", 6]
    assert value["absolute", 3] < value["absolute", 2]


def test_repeated_samples_and_the_authors_example():
    x, y = np.array([0.0, 4.0, 5.0, 7.0, 10.0, 11.0]), np.array([0.0, 0.0, 0.0, 2.0, 3.0, 3.0])
    # printed with the authors' program: coefficients 2/3 and 1/3 of the ramps from 5 capped at 7 and at 10
    D = dictionary(x, "relu", 3)
    answer = solve_lasso(D.features, y, 1e-6)
    assert answer.primal == pytest.approx(1e-6, rel=1e-3)
    twice = solve_lasso(dictionary(np.repeat(x, 2), "relu", 3).features, np.repeat(y, 2), 2e-6)
    assert twice.primal == pytest.approx(2 * answer.primal, rel=1e-6)
    np.testing.assert_allclose(D.at(x), D.features)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="x: expected at least two distinct"):
        dictionary([1.0, 1.0], "relu", 2)
    with pytest.raises(ValueError, match="layers"):
        dictionary([0.0, 1.0], "absolute", 4)
    with pytest.raises(ValueError, match="beta"):
        solve_lasso(np.eye(2), [0.0, 1.0], 0.0)
    with pytest.raises(ValueError, match="y: expected"):
        descend_narrow([[0.0, 1.0]], [[0.0]], 0.1, activation="relu", layers=2, branches=2, starts=1, step=0.1,
                       iterations=1)  # fmt: skip


@pytest.mark.parametrize(("activation", "layers"), [("relu", 2), ("relu", 3), ("absolute", 3)])
def test_descent_stays_above_the_optimum_and_comes_near_it(activation, layers, problem):
    x, y = problem
    found = descend_narrow(x[None], y[None], 0.1, activation=activation, layers=layers, branches=14, starts=6,
                           step=0.03, iterations=600)  # fmt: skip
    answer = solve_lasso(dictionary(x, activation, layers).features, y, 0.1)
    assert found.objectives.min() >= answer.dual * (1 - 1e-12)
    assert found.objectives.min() <= 1.3 * answer.primal
    # the objective of its own weights, by hand
    best = found.objectives[0].argmin()
    W, b, a = found.weights[0, best], found.biases[0, best], found.outputs[0, best]
    value = x[:, None]
    for layer in range(layers - 1):
        value = W[layer] * value + b[layer]
        value = np.abs(value) if activation == "absolute" else np.maximum(value, 0.0)
    f = value @ a + found.intercepts[0, best]
    penalty = (np.abs(a) ** layers).sum() + (np.abs(W) ** layers).sum()
    assert 0.5 * np.sum((f - y) ** 2) + 0.1 / layers * penalty == pytest.approx(found.objectives[0, best])


@pytest.mark.parametrize("level", [0.0, 3.0, 0.1, -1e-9])
def test_constant_targets_need_no_branch(level):
    answer = solve_lasso(dictionary([0.0, 1.0, 3.0], "relu", 2).features, [level] * 3, 0.5)
    assert (answer.z == 0).all()
    assert answer.intercept == pytest.approx(level)
    assert answer.primal == answer.dual == answer.gap == 0


def test_a_penalty_beyond_the_largest_that_matters_leaves_the_mean():
    x, y = np.array([0.0, 1.0, 3.0]), np.array([1.0, -1.0, 2.0])
    answer = solve_lasso(dictionary(x, "relu", 2).features, y, 1e3)
    assert (answer.z == 0).all()
    assert answer.primal == pytest.approx(0.5 * ((y - y.mean()) ** 2).sum(), rel=1e-14)
    assert answer.gap <= 1e-14
