"""Problems that networks are compared with: quadratic ones, and exclusive or."""

import numpy as np
import pytest
from scipy.optimize import minimize

from convexify.branches.exclusive_or import exclusive_or, exclusive_or_network
from convexify.branches.quadratic_programs import ball_values, box_values, principal_component_values

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("d", [2, 5])
def test_the_principal_component_is_the_largest_eigenvalue(d):
    factor = RNG.normal(size=(d, d))
    primal, dual = principal_component_values(factor @ factor.T, RNG)
    largest = np.linalg.eigvalsh(factor @ factor.T)[-1]
    assert primal == pytest.approx(-largest, rel=1e-8)
    assert dual == pytest.approx(-largest, rel=1e-8)


@pytest.mark.parametrize("convex", [True, False])
def test_the_ball_has_no_gap_and_its_optimum(convex):
    square, b = RNG.normal(size=(4, 4)), 0.1 * RNG.normal(size=4)
    A = square @ square.T + np.eye(4) if convex else square + square.T
    primal, dual = ball_values(A, b)
    constraint = {"type": "ineq", "fun": lambda x: 1 - x @ x}
    best = min(
        minimize(lambda x: x @ A @ x + 2 * b @ x, start / np.linalg.norm(start), constraints=constraint).fun
        for start in RNG.normal(size=(30, 4))
    )
    assert primal == pytest.approx(best, abs=1e-5)
    assert dual == pytest.approx(primal, abs=1e-7)


def test_linear_constraints_leave_a_gap_that_grows_with_the_domain():
    gaps = [np.subtract(*box_values(1.0, radius)) for radius in (1.0, 10.0, 100.0)]
    assert gaps == pytest.approx([0.0, 99.0, 9999.0])


@pytest.mark.parametrize("branches", [3, 4, 5, 7, 100])
def test_the_network_of_exclusive_or_separates_it(branches):
    X, labels = exclusive_or(40, 0.1, np.random.default_rng(1))
    weights = exclusive_or_network(branches, 3.0)
    assert weights.shape == (branches, 3)
    assert np.abs(weights).max() <= 3.0
    assert (labels * np.tanh(X @ weights.T).mean(axis=1)).min() > 0.2


def test_bad_input_names_the_argument():
    with pytest.raises(ValueError, match=r"^branches: expected"):
        exclusive_or_network(2, 1.0)
    with pytest.raises(ValueError, match=r"^samples: expected"):
        exclusive_or(3, 0.1, RNG)
