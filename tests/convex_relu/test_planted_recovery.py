"""Recovery of planted linear models: the decision against the program itself, solved by cvxpy."""

import cvxpy as cp
import numpy as np
import pytest

from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.planted_recovery import decide_recovery, half_space_probability


def least_norm(X, y, patterns, gated):
    """Optimal value, skip weights and norm of the rest of the program of least norm."""
    d = X.shape[1]
    skip = cp.Variable(d)
    parts = [cp.Variable((d, patterns.shape[1])) for _ in range(1 if gated else 2)]
    fit, cones = X @ skip, []
    for sign, part in zip((1, -1), parts, strict=False):
        fit = fit + sign * cp.sum(cp.multiply(patterns.astype(float), X @ part), axis=1)
        if not gated:
            cones.append(cp.multiply(2.0 * patterns - 1.0, X @ part) >= 0)
    rest = sum(cp.sum(cp.norm(part, axis=0)) for part in parts)
    problem = cp.Problem(cp.Minimize(cp.norm(skip) + rest), [fit == y, *cones])
    problem.solve(solver="CLARABEL", tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    return problem.value, skip.value, rest.value


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("n", [3, 5, 6, 9])
def test_the_decision_is_that_of_the_program(n, gated):
    for trial in range(4):
        rng = np.random.default_rng([n, trial])
        X, w = rng.standard_normal((n, 3)), rng.standard_normal(3)
        patterns = enumerate_patterns(X)
        found = decide_recovery(X, w, patterns, gated=gated)
        value, skip, rest = least_norm(X, X @ w, patterns, gated)
        assert value <= np.linalg.norm(w) * (1 + 1e-7)
        if found.recovered:
            np.testing.assert_allclose(skip, w, atol=1e-3)
            assert rest < 1e-3
        elif found.recovered is False:
            # another point of at most this norm: the interior point method, which goes to the middle, sees it
            assert rest > 1e-4 or value < np.linalg.norm(w) * (1 - 1e-6)


def test_the_isometry_condition_is_sufficient_and_half_spaces_forbid_gated_recovery():
    seen = set()
    for trial in range(60):
        rng = np.random.default_rng([7, trial])
        n = 4 + trial % 5
        X, w = rng.standard_normal((n, 2)), rng.standard_normal(2)
        patterns = enumerate_patterns(X)
        gated, network = (decide_recovery(X, w, patterns, gated=g) for g in (True, False))
        assert gated.recovered is not None
        if gated.isometry < 1 - 1e-6:
            assert gated.recovered
        if gated.recovered:
            assert network.recovered
        if patterns.all(axis=0).any():
            assert not gated.recovered
        seen.add((gated.recovered, network.recovered))
    assert {(True, True), (False, True)} <= seen


def test_the_probability_of_a_half_space_is_the_share_of_draws():
    rng = np.random.default_rng(0)
    hits = sum(enumerate_patterns(rng.standard_normal((5, 2))).all(axis=0).any() for _ in range(400))
    assert abs(hits / 400 - half_space_probability(5, 2)) < 0.08
    assert half_space_probability(12, 6) == 0.5


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="X, w"):
        decide_recovery(np.ones((3, 2)), [1.0, 0.0], np.ones((3, 1)), gated=True)
    with pytest.raises(ValueError, match="w: expected"):
        decide_recovery(np.eye(2), [1.0], np.ones((2, 1)), gated=True)
