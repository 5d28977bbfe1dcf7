"""Certificates: bounds hold for any point and any multipliers, and are tight at the optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relu_problems import problems, random_problem
from scipy.optimize import nnls

from convexify.convex_relu import certify_point, evaluate, solve
from convexify.convex_relu.programs.certificates import dual_bounds, refine_multipliers, relative_gap
from convexify.convex_relu.programs.cone_projection import repair
from convexify.convex_relu.programs.convex_program import build_program


@settings(max_examples=40, deadline=None)
@given(problems(max_outputs=2), st.integers(0, 1000))
def test_no_dual_value_exceeds_the_objective_of_a_feasible_point(problem, seed):
    (X, y, patterns, beta), options = problem
    random = np.random.default_rng(seed)
    program = build_program(X, y, patterns, beta, **options)
    n, d, p, c = program.shape
    point = [repair(program, random.standard_normal((d, p, c))) for _ in range(2)]
    if program.gated:
        point = [random.standard_normal((d, p, c)), None]
    multipliers = None if program.gated else random.standard_normal((2, n, p, c)) ** 2
    nu = random.standard_normal((n, c))
    result = evaluate(X, y, patterns, beta, *point, nu=nu, multipliers=multipliers, **options)
    zero = program.loss.value(np.zeros((n, c)), program.y)
    assert result.dual <= min(result.primal, zero) + 1e-12
    assert result.gap >= 0
    assert result.violation <= 1e-9 * max(1.0, np.linalg.norm(X))
    assert result.scale * result.bound <= beta * (1 + 1e-12)
    optimum = solve(X, y, patterns, beta, **options).primal
    assert certify_point(X, y, patterns, beta, *point, **options).dual <= optimum * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 20), st.integers(1, 5))
def test_bound_is_never_below_the_true_support_and_refinement_attains_it(seed, n, d):
    """The true dual norm is that of a cone projection, found here by non-negative least squares on all rows."""
    random = np.random.default_rng(seed)
    X, y, patterns = random_problem(seed, n, d, 3)
    program = build_program(X, y, patterns, 1e-12)  # so small that every bound has to be refined
    nu = random.standard_normal((n, 1))
    loose = dual_bounds(program, nu, random.random((2, n, 3, 1)))
    tight = dual_bounds(program, nu, refine_multipliers(program, nu))
    for i in range(3):
        signed = X * np.where(patterns[:, i], 1.0, -1.0)[:, None]
        for part, sign in enumerate((1, -1)):
            truth = nnls(signed.T, -sign * X.T @ (patterns[:, i] * nu[:, 0]))[1]
            assert loose[part][i] >= truth - 1e-10
            assert tight[part][i] == pytest.approx(truth, abs=1e-9)


def test_violation_is_the_norm_of_the_negative_parts():
    X, y, patterns = random_problem(0, 9, 3, 4)
    random = np.random.default_rng(1)
    v, w = random.standard_normal((2, 3, 4))
    rows = [np.where(patterns, 1, -1) * (X @ u) for u in (v, w)]
    expected = np.sqrt(sum(np.sum(np.minimum(r, 0) ** 2) for r in rows))
    assert certify_point(X, y, patterns, 0.5, v, w).violation == pytest.approx(expected)
    assert certify_point(X, y, patterns, 0.5, v, gated=True).violation == 0


@settings(max_examples=20, deadline=None)
@given(problems(losses=("squared", "logistic")))
def test_primal_optimum_alone_certifies_itself(problem):
    args, options = problem
    solution = solve(*args, **options, tol=1e-9)
    assert certify_point(*args, solution.v, solution.w, **options).gap <= 1e-3


def test_gap_of_two_zeros_is_zero():
    assert relative_gap(0.0, 0.0) == 0.0
    assert relative_gap(2.0, 1.0) == 0.5
    assert relative_gap(1.0, 1.0 + 1e-16) == 0.0


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("v", {"v": np.ones((4, 3))}),
        ("v", {"v": np.full((3, 4), np.nan)}),
        ("v", {"v": "v"}),
        ("w", {"w": [[1.0], [1.0, 2.0]]}),
        ("nu", {"nu": [[1.0], [1.0, 2.0]]}),
        ("multipliers", {"multipliers": ["a", "b"]}),
        ("w", {"w": None}),
        ("w", {"gated": True}),
        ("nu", {"nu": np.ones(3)}),
        ("multipliers", {"multipliers": np.ones((2, 3, 3))}),
    ],
)
def test_bad_points_are_refused_by_name(name, change):
    X, y, patterns = random_problem(0, 9, 3, 4)
    arguments = {"v": np.ones((3, 4)), "w": np.ones((3, 4)), "nu": np.ones(9), "beta": 1.0, **change}
    with pytest.raises(ValueError, match=f"^{name}: "):
        evaluate(X, y, patterns, **arguments)
