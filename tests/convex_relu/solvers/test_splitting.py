"""Alternating directions on slacks: against the interior point method, valid bounds on the way, points in the cones."""

import numpy as np
import pytest
from relu_problems import small_teacher

from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.programs.certificates import evaluate, violation
from convexify.convex_relu.programs.convex_program import build_program, in_natural_units
from convexify.convex_relu.solvers import splitting
from convexify.convex_relu.solvers.portfolio import plan_solvers
from convexify.convex_relu.solvers.regularization_path import beta_max
from convexify.convex_relu.solvers.solve import solve


def problem(seed, n=40, d=4, p=8, c=0):
    return small_teacher(seed, n, d, p, c)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.5, 0.1, 0.02])
@pytest.mark.parametrize("c", [0, 2])
def test_agrees_with_another_method(seed, share, c):
    X, y, patterns = problem(seed, c=c)
    beta = share * beta_max(X, y, patterns)
    ours = solve(X, y, patterns, beta, solver="splitting", tol=1e-3)
    reference = solve(X, y, patterns, beta, tol=1e-8)
    assert ours.gap <= 1e-3
    assert reference.primal * (1 - 1e-7) <= ours.primal <= reference.primal * (1 + 1.01e-3)
    assert ours.violation <= 1e-12 * np.linalg.norm(X)


def test_a_tight_tolerance_is_reached_in_float64():
    X, y, patterns = problem(1)
    ours = solve(X, y, patterns, 0.2 * beta_max(X, y, patterns), solver="splitting", tol=1e-6)
    assert ours.gap <= 1e-6


@pytest.mark.parametrize("c", [1, 3])
def test_every_candidate_has_a_valid_bound_and_a_point_in_the_cones(c):
    X, y, patterns = problem(3, c=c)
    beta = 0.1 * beta_max(X, y, patterns)
    best = solve(X, y, patterns, beta, tol=1e-8).primal
    program = build_program(X, y, patterns, beta)
    for _, candidate in zip(range(6), splitting.iterate(program), strict=False):
        v, w = candidate.point()
        multipliers = candidate.multipliers()
        assert min(m.min() for m in multipliers) >= 0
        proved = evaluate(X, y, patterns, beta, v, w, nu=candidate.nu, multipliers=multipliers)
        assert proved.dual == pytest.approx(candidate.dual, rel=1e-3)
        assert proved.dual <= best * (1 + 1e-7)
        assert proved.primal >= best * (1 - 1e-7)
        assert violation(program, v, w) <= 1e-12 * np.linalg.norm(X)


def test_units_of_the_data_change_nothing():
    X, y, patterns = problem(2)
    beta = 0.1 * beta_max(X, y, patterns)
    there = solve(X, y, patterns, beta, solver="splitting", tol=1e-3)
    here = solve(1e4 * X, 1e-3 * y, patterns, 10 * beta, solver="splitting", tol=1e-3)
    assert here.iterations == there.iterations
    assert here.primal == pytest.approx(1e-6 * there.primal, rel=1e-6)


def test_a_residual_solves_the_equation_of_its_sample():
    import torch

    X, y, patterns = problem(4)
    program, _, _ = in_natural_units(build_program(X, y, patterns, 0.5))
    solver = splitting.SlackSplitting(program)
    generator = torch.Generator().manual_seed(0)
    aim = torch.randn(solver.slack.shape, generator=generator)
    nu = solver._residual(aim, solver.on, torch.zeros_like(solver.y), solver.y)
    slacks = torch.empty_like(aim)
    splitting._slacks(aim, solver.on, nu, out=slacks)
    predicted = ((slacks[:, :, 0] - slacks[:, :, 1]) * solver.on).sum(dim=-1)
    assert torch.allclose(nu, solver.y - predicted, atol=1e-3)


@pytest.mark.parametrize("targets", [np.zeros(40), np.eye(40)[0]])
def test_targets_that_need_no_network(targets):
    X, _, patterns = problem(5)
    ours = solve(X, targets, patterns, 100.0, solver="splitting", tol=1e-6)
    assert ours.gap <= 1e-6
    assert not ours.v.any()
    assert not ours.w.any()


def test_wide_data_with_cones_goes_to_the_splitting_and_then_to_newton():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 500))
    patterns = sample_patterns(X, 40, seed=0)
    program = build_program(X, X[:, 0], patterns, 1.0)
    assert [name for name, _ in plan_solvers(program, "auto", warm=False)] == ["splitting", "newton"]
    assert plan_solvers(program, "auto", warm=True)[0][0] == "newton"
    narrow = build_program(X[:, :50], X[:, 0], patterns, 1.0)
    assert "splitting" not in [name for name, _ in plan_solvers(narrow, "auto", warm=False)]


def test_time_that_runs_out_leaves_a_certified_point():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3000, 500))
    y = np.abs(X[:, 0])
    patterns = sample_patterns(X, 20, seed=0)
    with pytest.warns(UserWarning, match="certified gap"):
        ours = solve(X, y, patterns, 1.0, max_time=1.0)
    assert 0 <= ours.dual <= ours.primal
    assert ours.violation <= 1e-12 * np.linalg.norm(X) * np.linalg.norm(ours.v)


@pytest.mark.parametrize(("options", "match"), [({"gated": True}, "gated"), ({"loss": "logistic"}, "logistic")])
def test_is_for_the_squared_loss_with_cones(options, match):
    X, y, patterns = problem(6)
    with pytest.raises(ValueError, match=f"solver: 'splitting' is for .* {match}"):
        solve(X, np.sign(y), patterns, 1.0, solver="splitting", **options)
