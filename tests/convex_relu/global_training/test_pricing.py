"""Pricing: every method against brute force, and its bounds against every direction tried."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from convexify.convex_relu.global_training import sphere_branch_and_bound
from convexify.convex_relu.global_training.ascent import ascend
from convexify.convex_relu.global_training.cells import Cells, covering_patterns
from convexify.convex_relu.global_training.problem import build_problem
from convexify.convex_relu.global_training.relaxation import relaxed_bound
from convexify.convex_relu.global_training.sphere_branch_and_bound import maximise
from convexify.convex_relu.global_training.sweep import Sweep
from convexify.convex_relu.patterns.arrangements import enumerate_patterns


def pricing_problem(seed, n, rank, outputs=1):
    """A problem whose penalty is small beside its prices, and a dual point."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, rank))
    X[n // 2] = X[0]  # a duplicate row
    nu = rng.standard_normal((n, outputs))
    return build_problem(X, nu, 1e-3, "squared")[0], nu


def attained(problem, nu, directions):
    return np.linalg.norm(problem.features(directions).T @ nu, axis=1)


def circle(count):
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.array([np.cos(angles), np.sin(angles)])


def sphere(rank, count, seed=0):
    U = np.random.default_rng(seed).standard_normal((rank, count))
    return U / np.linalg.norm(U, axis=0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 3))
def test_sweep_finds_the_maximum_on_the_circle(seed, n, outputs):
    problem, nu = pricing_problem(seed, n, 2, outputs)
    if problem.rank < 2:
        return
    directions, values, bound = Sweep(problem).maxima(nu)
    np.testing.assert_allclose(values, attained(problem, nu, directions), rtol=1e-9, atol=1e-12)
    tried = attained(problem, nu, circle(20_000)).max()
    assert tried <= values[0] * (1 + 1e-12) <= bound * (1 + 1e-12)
    assert values[0] == pytest.approx(tried, rel=1e-3)  # the grid is that fine
    assert bound == pytest.approx(values[0], rel=1e-9)


def test_sweep_in_rank_one_compares_two_directions():
    problem = build_problem([[1.0], [-2.0], [3.0]], [1.0, 1.0, 1.0], 0.1, "squared")[0]
    nu = np.array([[1.0], [5.0], [-1.0]])
    directions, values, _ = Sweep(problem).maxima(nu)
    assert values * problem.unit_x == pytest.approx([10.0, 2.0])
    np.testing.assert_allclose(values, attained(problem, nu, directions))


@pytest.mark.parametrize("rank", [2, 3, 4])
def test_enumeration_of_cells_agrees_with_the_other_exact_methods(rank):
    for seed in range(3):
        problem, nu = pricing_problem(seed, 9, rank)
        _, values, bound = Cells(problem, *covering_patterns(problem.Z)).maxima(nu)
        assert bound == pytest.approx(values[0], rel=1e-9)
        assert attained(problem, nu, sphere(rank, 50_000)).max() <= bound
        if rank == 2:
            assert Sweep(problem).maxima(nu)[1][0] == pytest.approx(values[0], rel=1e-9)
        else:
            proof = maximise(problem, nu, 0.5 * values[0], tolerance=1e-3)
            assert values[0] * (1 - 1e-12) <= proof.bound <= values[0] * (1 + 2e-3)
            assert proof.complete


def almost_copies(rng, n, d, apart):
    rows = rng.standard_normal((n // 2, d))
    return np.vstack([rows, rows + apart * rng.standard_normal(rows.shape)])


@pytest.mark.parametrize("shape", [(12, 3), (8, 4)])
@pytest.mark.parametrize("apart", [1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13])
def test_bound_of_cells_holds_and_is_tight_for_almost_copies(shape, apart):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        nu = rng.standard_normal((shape[0], 1))
        problem = build_problem(almost_copies(rng, *shape, apart), nu, 1e-9, "squared")[0]
        _, values, bound = Cells(problem, *covering_patterns(problem.Z)).maxima(nu)
        found = ascend(problem, nu, sphere(shape[1], 200), sphere(shape[1], 1), iterations=100, finished=100)[1][0]
        assert found <= values[0] * (1 + 1e-8)
        assert max(found, values[0]) <= bound <= values[0] * (1 + 1e-8)


@settings(max_examples=30, deadline=None)
@given(npst.arrays(np.int8, st.tuples(st.integers(1, 7), st.integers(1, 4)), elements=st.integers(-2, 2)))
def test_covering_patterns_are_at_least_all_patterns(X):
    X = X.astype(float)
    if np.linalg.matrix_rank(X) < X.shape[1]:
        return
    covering, off = covering_patterns(X)
    every = enumerate_patterns(X)
    assert {column.tobytes() for column in every.T} <= {column.tobytes() for column in covering.T}
    assert (off <= 1e-12 * np.linalg.norm(X, axis=1)).all()


def test_covering_patterns_give_up_where_rounding_decides_too_many_signs():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((3, 3)), 9, axis=0) + 1e-9 * rng.standard_normal((27, 3))
    assert covering_patterns(X) is None


@pytest.mark.parametrize("tiny", [0.0, 1e-17, -1e-17, 1e-16, -1e-16])
def test_sweep_does_not_start_where_rounding_decides_what_is_active(tiny):
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [tiny, 1.0], [tiny, -1.0]])
    nu = np.array([[0.3], [0.2], [-1.0], [0.5], [2.0], [0.7]])
    built = build_problem(X, nu, 1e-3, "squared")[0]
    problem = replace(built, Z=X, basis=np.eye(2), dropped=np.zeros(6), unit_x=1.0)
    directions, values, bound = Sweep(problem).maxima(nu)
    np.testing.assert_allclose(values, attained(problem, nu, directions), atol=1e-12)
    assert attained(problem, nu, circle(20_000)).max() <= bound


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.sampled_from([(2, 1), (3, 1), (4, 1), (2, 2), (3, 2), (3, 3)]))
def test_branch_and_bound_encloses_the_maximum(seed, n, shape):
    rank, outputs = shape
    problem, nu = pricing_problem(seed, n, rank, outputs)
    if problem.rank < rank:
        return
    tried = attained(problem, nu, sphere(rank, 20_000)).max()
    proof = maximise(problem, nu, 0.5 * tried, tolerance=0.01)
    assert proof.complete
    assert tried <= proof.bound
    assert proof.values[0] <= proof.bound <= 1.011 * proof.values[0]
    np.testing.assert_allclose(proof.values, attained(problem, nu, proof.directions), rtol=1e-9)


def test_branch_and_bound_proves_a_level_that_nothing_exceeds_and_stays_valid_when_stopped():
    problem, nu = pricing_problem(3, 200, 3)
    best = maximise(problem, nu, 1e-3, tolerance=1e-3).values[0]
    proof = maximise(problem, nu, 1.5 * best, tolerance=1e-6)
    assert proof.complete
    assert len(proof.values) == 0
    assert proof.bound == pytest.approx(1.5 * best, rel=1e-5)
    calls = iter(range(10**6))
    stopped = maximise(problem, nu, 1e-3, tolerance=1e-6, deadline=lambda: next(calls) > 3)
    assert not stopped.complete
    assert best <= stopped.bound < np.inf


def test_branch_and_bound_within_little_memory_proves_the_same(monkeypatch):
    problem, nu = pricing_problem(4, 300, 3)
    roomy = maximise(problem, nu, 1e-3, tolerance=1e-4)
    monkeypatch.setattr(sphere_branch_and_bound, "_OPEN_PAIRS", 1000)
    monkeypatch.setattr(sphere_branch_and_bound, "_PAIRS", 500)
    tight = maximise(problem, nu, 1e-3, tolerance=1e-4)
    assert tight.complete
    assert tight.bound == pytest.approx(roomy.bound, rel=2e-4)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("rank", [1, 2, 5, 30])
def test_relaxed_bound_is_above_every_neuron(rank, outputs):
    problem, nu = pricing_problem(rank, 60, rank, outputs)
    bound = relaxed_bound(problem, nu)
    directions, values = ascend(problem, nu, sphere(rank, 200), sphere(rank, 1))
    assert values[0] <= bound
    # triangle inequality over samples: what a bound is worth must be better than that
    assert bound < np.linalg.norm(nu, axis=1) @ np.linalg.norm(problem.Z, axis=1) * 1.001
    np.testing.assert_allclose(values, attained(problem, nu, directions), rtol=1e-9)


def test_relaxed_bound_is_attained_where_all_samples_are_active_together():
    problem = build_problem([[1.0, 2.0]] * 5, np.ones(5), 0.1, "squared")[0]
    nu = np.ones((5, 1))
    assert relaxed_bound(problem, nu) == pytest.approx(Sweep(problem).maxima(nu)[1][0], rel=1e-3)


def test_ascent_finds_the_maximum_of_small_problems():
    hits = 0
    for seed in range(10):
        problem, nu = pricing_problem(seed, 10, 4)
        _, values = ascend(problem, nu, sphere(4, 200), sphere(4, 1))
        exact = Cells(problem, *covering_patterns(problem.Z)).maxima(nu)[1][0]
        assert values[0] <= exact * (1 + 1e-9)
        hits += values[0] > exact * (1 - 1e-3)
    assert hits == 10
