"""Answers are sparse: no group that the gap does not need, and never more of them than outputs to fit."""

import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from relu_problems import LOSSES, problems, random_problem

import convexify
from convexify.convex_relu import ConvexReLUClassifier, ConvexReLURegressor, beta_max, evaluate, solve
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers import interior_point
from convexify.convex_relu.solvers.crossover import caratheodory, sparsify
from convexify.convex_relu.solvers.portfolio import Portfolio

TOL = 1e-6


def blocks_of(solution):
    return [part for part in (solution.v, solution.w) if part is not None]


def count(parts):
    """Groups with an entry that is not 0: exactly, not up to a tolerance."""
    return sum(int(np.abs(np.moveaxis(part, 1, 0)).reshape(part.shape[1], -1).any(axis=1).sum()) for part in parts)


def without_each_group(solution):
    """Every point that lacks one of the active groups."""
    for part in range(len(blocks_of(solution))):
        for group in np.flatnonzero(
            np.moveaxis(blocks_of(solution)[part], 1, 0).reshape(len(solution.v[0]), -1).any(1)
        ):
            parts = [block.copy() for block in blocks_of(solution)]
            parts[part][:, group] = 0.0
            yield parts if len(parts) == 2 else [*parts, None]


@settings(max_examples=60, deadline=None)
@given(problems(max_outputs=3), st.sampled_from(["auto", "cvxpy"]))
def test_no_group_can_be_spared_and_there_are_at_most_as_many_as_outputs_to_fit(problem, solver):
    args, options = problem
    solution = solve(*args, **options, solver=solver, tol=TOL)
    assert solution.gap <= TOL
    assert solution.violation <= 1e-9 * max(1.0, np.linalg.norm(args[0]) * np.linalg.norm(solution.v))
    assert count(blocks_of(solution)) <= np.size(args[1])
    for point in without_each_group(solution):
        assert evaluate(*args, *point, nu=solution.nu, **options).primal > solution.dual / (1 - TOL) * (1 - 1e-9)


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_many_more_groups_than_samples_leave_at_most_the_samples(loss, gated):
    X, y, patterns = random_problem(0, 12, 4, 150, loss=loss)
    beta = 1e-3 * beta_max(X, y, patterns, gated=gated, loss=loss)
    solution = solve(X, y, patterns, beta, loss=loss, gated=gated, solver="cvxpy")
    assert solution.gap <= TOL
    assert 0 < count(blocks_of(solution)) <= 12


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(LOSSES), st.booleans(), st.integers(1, 3))
def test_copies_of_a_point_are_merged_without_a_change_of_fit_or_objective(seed, loss, gated, copies):
    """With nothing to spend: each pattern occurs often, and the point is spread over all of its copies at random."""
    n, d, p = 8, 3, 5
    X, y, patterns = random_problem(seed, n, d, p, loss=loss)
    base = solve(X, y, patterns, 0.1, loss=loss, gated=gated)
    share = np.random.default_rng(seed).dirichlet(np.ones(copies), p).T.ravel()
    program = build_program(X, y, np.tile(patterns, copies), 0.1, loss=loss, gated=gated)
    parts = [np.tile(part, copies)[:, :, None] * share[:, None] for part in blocks_of(base)]
    v, w = sparsify(program, *parts, *[None] * gated, limit=0.0)
    assert count([v] if gated else [v, w]) <= min(n, count(blocks_of(base)))
    after = evaluate(X, y, program.patterns, 0.1, v, w, nu=base.nu, loss=loss, gated=gated)
    assert after.primal <= base.primal * (1 + 1e-12)
    prediction = program.predict(parts[0] if gated else parts[0] - parts[1])
    if after.primal >= base.primal * (1 - 1e-10):  # pruning may find a better point, elsewhere the fit stays
        np.testing.assert_allclose(program.predict(v if gated else v - w), prediction, atol=1e-7)


@settings(max_examples=200, deadline=None)
@example(877, 5, 9, True)  # a column that is short beside the others and not dependent
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 40), st.booleans())
def test_caratheodory_keeps_the_sum_at_no_larger_price(seed, m, k, degenerate):
    random = np.random.default_rng(seed)
    columns, prices = random.standard_normal((m, k)), random.uniform(0, 1, k)
    if degenerate:  # few distinct columns of very different lengths, opposite ones and zeros
        columns = columns[:, random.integers(0, k, k)] * random.choice([-1.0, 0.0, 1e-6, 1.0, 1e3], k)
    factors = caratheodory(columns, prices)
    scale = np.abs(columns).sum()
    assert (factors >= 0).all()
    assert np.linalg.norm(columns @ factors - columns.sum(axis=1)) <= 1e-11 * scale
    assert prices @ factors <= prices.sum() * (1 + 1e-9)
    kept = columns[:, factors > 0]
    assert kept.shape[1] <= m
    assert np.linalg.matrix_rank(kept / np.linalg.norm(kept, axis=0), tol=1e-13) == kept.shape[1]


def test_an_answer_above_its_tolerance_is_not_made_worse():
    program = build_program(*random_problem(1, 30, 4, 20), 0.01)
    portfolio = Portfolio(program, 1e-9, time.perf_counter(), np.inf)
    portfolio.follow(interior_point.iterate(program), 6)
    before = portfolio.certificate
    with pytest.warns(convexify.ConvergenceWarning):
        solution = portfolio.finish("interior", squeeze=True)
    assert before.gap > 1e-9
    assert solution.gap <= before.gap * (1 + 1e-9)
    assert solution.dual == before.dual


@pytest.mark.parametrize("gated", [False, True])
def test_estimators_count_the_groups_that_are_not_zero(gated):
    random = np.random.default_rng(0)
    X = random.uniform(-2, 2, (25, 2))
    y = np.sin(2 * X[:, 0]) + np.abs(X[:, 1])
    kind = {"patterns": "gated" if gated else "sampled", "n_patterns": 200}
    model = ConvexReLURegressor(beta=1e-3, tol=1e-6, **kind).fit(X, y)
    assert model.dual_gap_ <= 1e-6
    assert model.n_active_ == np.count_nonzero(model.network_.strengths) <= 25
    classifier = ConvexReLUClassifier(beta=1e-2, tol=1e-4, **kind).fit(X, y > 1)
    assert classifier.n_active_ == np.count_nonzero(classifier.network_.strengths) <= 25


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("seed", range(3))
def test_no_smaller_set_of_groups_reaches_the_tolerance(loss, seed):
    """Brute force over the sets of patterns of a gated program; the hinge loss has several optima, which may differ."""
    X, y, patterns = random_problem(seed, 10, 3, 5, loss=loss)
    options = {"gated": True, "loss": loss}
    beta = 0.1 * beta_max(X, y, patterns, **options)
    solution = solve(X, y, patterns, beta, **options, tol=TOL)
    active = count([solution.v])
    for some in combinations(range(5), active - 1):
        fewer = solve(X, y, patterns[:, some], beta, **options, tol=1e-7)
        assert fewer.dual > solution.dual / (1 - TOL)
