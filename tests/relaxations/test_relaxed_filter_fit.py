"""The relaxation with labels that no filter fits, against cvxpy and by its two limits."""

import cvxpy as cp
import numpy as np
import pytest

from convexify.relaxations.planted_filter import filter_loss, filter_outputs, planted_filter_problem
from convexify.relaxations.relaxed_filter_fit import fit_relaxed_filter


def _noisy(seed, n=14, d=3, patches=2):
    rng = np.random.default_rng(seed)
    X, y, _ = planted_filter_problem(rng, n=n, d=d, patches=patches)
    return X, np.maximum(y + 0.5 * rng.standard_normal(n), 0), rng.standard_normal(d)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("beta", [0.01, 1.0])
def test_optimum_is_that_of_cvxpy(seed, beta):
    X, y, direction = _noisy(seed)
    w, z = cp.Variable(3), cp.Variable(14)
    outputs = sum(cp.pos(X[:, j] @ w) for j in range(2))
    problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(z - y) + beta * (direction @ w)), [outputs <= z])
    expected = problem.solve(solver=cp.CLARABEL)
    answer = fit_relaxed_filter(X, y, direction, beta)
    assert answer.objective == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert answer.gap < 1e-6


def test_a_small_weight_keeps_the_network_below_the_labels():
    X, y, direction = _noisy(0)
    answer = fit_relaxed_filter(X, y, direction, 1e-6)
    assert (filter_outputs(X, answer.w) <= y + 1e-4).all()
    assert filter_loss(X, y, answer.w) <= filter_loss(X, y, np.zeros(3)) + 1e-6


def test_too_few_samples_leave_the_program_unbounded():
    answer = fit_relaxed_filter([[[1.0, 0.0]]], [1.0], [0.0, 1.0], 1.0)
    assert np.isnan(answer.w).all()
    assert answer.objective == -np.inf


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"y": [-1.0]}, "at least 0"), ({"direction": [1.0, 2.0]}, "direction"), ({"beta": 0.0}, "beta")],
)
def test_what_is_wrong_is_named(changed, message):
    with pytest.raises(ValueError, match=message):
        fit_relaxed_filter(**{"X": [[[1.0]]], "y": [1.0], "direction": [1.0], "beta": 1.0} | changed)
