"""Newton's method on a growing set of patterns: the same optimum, valid bounds, and few patterns."""

import time

import numpy as np
import pytest

from convexify.convex_relu import beta_max, sample_patterns, solve
from convexify.convex_relu.programs.certificates import objective
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers import newton, working_set


@pytest.fixture
def always(monkeypatch):
    """Use it whatever the size."""
    monkeypatch.setattr(working_set, "_LARGE", 0.0)


def problem(loss="squared", outputs=1, share=0.05, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((80, 5))
    y = rng.standard_normal((80, outputs)) + np.abs(X[:, :1])
    if loss != "squared":
        y = np.where(y > np.median(y), 1.0, -1.0)
    patterns = sample_patterns(X, 260, seed=seed)
    return X, y, patterns, share * beta_max(X, y, patterns, gated=True, loss=loss)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
def test_the_optimum_is_that_of_all_patterns_at_once(always, loss, outputs, monkeypatch):
    X, y, patterns, beta = problem(loss, outputs)
    options = {"gated": True, "loss": loss, "tol": 1e-6, "solver": "newton"}
    grown = solve(X, y, patterns, beta, **options)
    monkeypatch.setattr(working_set, "_LARGE", np.inf)
    whole = solve(X, y, patterns, beta, **options)
    assert grown.gap <= 1e-6
    assert grown.primal == pytest.approx(whole.primal, rel=2e-6)


def test_every_bound_is_one_for_the_whole_program_and_every_point_has_its_objective():
    X, y, patterns, beta = problem(outputs=2)
    program = build_program(X, y, patterns, beta, gated=True)
    optimum = solve(X, y, patterns, beta, gated=True, tol=1e-8).primal
    duals = []
    for step, candidate in zip(range(100), working_set.iterate(program), strict=False):
        v, w = candidate.point()
        assert v.shape == program.shape[1:]
        assert w is None
        assert objective(program, v, w) == pytest.approx(candidate.primal, rel=1e-9)
        assert candidate.dual <= optimum * (1 + 1e-9)
        duals.append(candidate.dual)
        if step > 2 and candidate.dual > optimum * (1 - 1e-6):
            break
    assert max(duals) > optimum * (1 - 1e-6)
    assert not np.isfinite(duals).all()  # most steps look at the working set alone


def test_groups_beyond_the_working_set_join_only_where_they_violate(always, monkeypatch):
    sizes = []

    class Counted(newton.NewtonSolver):
        def __init__(self, program, *arguments, **options):
            sizes.append(program.shape[2])
            super().__init__(program, *arguments, **options)

    monkeypatch.setattr(working_set, "NewtonSolver", Counted)
    monkeypatch.setattr(working_set, "FIRST", 10)
    X, y, patterns, beta = problem(share=0.2)
    answer = solve(X, y, patterns, beta, gated=True, tol=1e-6, solver="newton")
    assert answer.gap <= 1e-6
    assert sizes[0] == 10
    assert sizes == sorted(sizes)
    assert 10 < sizes[-1] < patterns.shape[1]


def test_a_start_is_used_and_the_deadline_ends_it(always):
    X, y, patterns, beta = problem()
    cold = solve(X, y, patterns, beta, gated=True, tol=1e-6, solver="newton")
    warm = solve(X, y, patterns, 0.9 * beta, gated=True, tol=1e-6, solver="newton", warm_start=cold)
    again = solve(X, y, patterns, 0.9 * beta, gated=True, tol=1e-6, solver="newton")
    assert warm.iterations < again.iterations
    assert warm.primal == pytest.approx(again.primal, rel=2e-6)
    program = build_program(X, y, patterns, beta, gated=True)
    assert list(working_set.iterate(program, deadline=time.perf_counter() - 1)) == []


def test_it_is_for_gated_programs_with_many_patterns_of_large_data():
    X, y, patterns, beta = problem()
    assert not working_set.pays(build_program(X, y, patterns, beta, gated=True))
    shape = np.broadcast_to(np.float64(1.0), (60_000, 784))
    many = np.broadcast_to(np.bool_(True), (60_000, 1000))

    def of(X, patterns, gated):
        template = build_program(np.ones((2, 1)), np.ones(2), np.ones((2, 1), bool), 1.0, gated=gated)
        return type(template)(X, np.ones((len(X), 1)), patterns, 1.0, gated, template.loss)

    assert working_set.pays(of(shape, many, True))
    assert not working_set.pays(of(shape, many, False))
    assert not working_set.pays(of(shape, many[:, :150], True))
