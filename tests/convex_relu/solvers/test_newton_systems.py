"""Newton systems: the factor of samples gives the direction of the factor of free directions, in less memory."""

import itertools
import tracemalloc

import numpy as np
import pytest

from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers import newton_systems
from convexify.convex_relu.solvers.newton import NewtonSolver
from convexify.convex_relu.solvers.solve import solve


@pytest.mark.parametrize("loss", ["squared", "hinge"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_both_factors_and_conjugate_gradients_give_the_same_direction(outputs, loss):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((12, 3)), rng.choice([-1.0, 1.0], size=(12, outputs))
    solver = NewtonSolver(build_program(X, y, enumerate_patterns(X), 0.05, loss=loss))
    compared = 0
    for _, _, state in itertools.islice(solver.steps(), 25):
        active = np.flatnonzero(state.length > 0)
        if not len(active):
            continue
        spaces = [
            [solver.systems._free_directions(g * outputs + j, solver.support) for j in range(outputs)] for g in active
        ]
        arguments = state, active, spaces, solver.sigma, solver.sigma * solver.beta / state.length[active]
        one, other = solver.systems._from_free_directions(*arguments), solver.systems._from_samples(*arguments)
        assert np.abs(one - other).max() <= 1e-6 * np.abs(one).max() + 1e-12
        sigma, ratio = arguments[3:]
        third, accurate = solver.systems.by_gradients(state, active, sigma, ratio, 1e-11, spaces=spaces)
        assert accurate
        assert np.abs(one - third).max() <= 1e-5 * np.abs(one).max() + 1e-12
        compared += 1
    assert compared >= 10


@pytest.mark.parametrize(
    ("system", "limit", "value"), [("_from_samples", "LARGEST_FACTOR", 0), ("by_gradients", "LARGEST_SYSTEM", 0)]
)
@pytest.mark.parametrize("outputs", [1, 2])
def test_answer_is_certified_by_whichever_system(outputs, system, limit, value, monkeypatch):
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((15, 3)), rng.standard_normal((15, outputs))
    patterns = enumerate_patterns(X)
    expected = solve(X, y, patterns, 0.1, solver="newton", tol=1e-8)
    monkeypatch.setattr(newton_systems, limit, value)
    taken, plain = [], getattr(newton_systems.NewtonSystems, system)
    monkeypatch.setattr(
        newton_systems.NewtonSystems, system, lambda *args, **options: taken.append(1) or plain(*args, **options)
    )
    solution = solve(X, y, patterns, 0.1, solver="newton", tol=1e-8)
    assert taken
    assert solution.gap <= 1e-8
    assert solution.primal == pytest.approx(expected.primal, rel=2e-8)


def test_memory_of_a_program_with_many_patterns_grows_with_them_and_not_with_their_square():
    """With 300 samples in three dimensions, 89,702 patterns, a factor of free directions would take 60 GB and more."""
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((60, 3)), rng.standard_normal(60)
    program = build_program(X, y, enumerate_patterns(X), 1e-6)
    solver = NewtonSolver(program)
    state = solver._evaluate(solver.nu)
    active = np.flatnonzero(state.length > 0)
    order = sum(solver.systems._free_directions(g, solver.support).shape[1] for g in active)
    assert order > newton_systems.LARGEST_FACTOR
    tracemalloc.start()
    solver._direction(state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * order**2 / 3


def test_no_matrix_is_formed_where_none_fits_memory(monkeypatch):
    """For all pixels of 60,000 images, 100 patterns and cones a factor of samples took 29 GB."""
    rng = np.random.default_rng(4)
    n, d, count = 1500, 40, 100
    X, y = rng.standard_normal((n, d)), rng.standard_normal(n)
    solver = NewtonSolver(build_program(X, y, X @ rng.standard_normal((d, count)) > 0, 1e-6))
    state = solver._evaluate(solver.nu)
    active = np.flatnonzero(state.length > 0)
    solver.support = [np.empty(0, int)] * len(solver.support)  # far from a solution, where hardly a row binds
    assert len(active) * d > max(newton_systems.LARGEST_FACTOR, n)  # so that the factor would be that of samples
    monkeypatch.setattr(newton_systems, "LARGEST_SYSTEM", 4 * n**2 - 1)
    tracemalloc.start()
    solver._direction(state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * n**2


def test_conjugate_gradients_solve_to_the_accuracy_asked_for_and_say_where_they_do_not():
    rng = np.random.default_rng(3)
    root = rng.standard_normal((30, 30))
    matrix, right = np.eye(30) + root @ root.T, rng.standard_normal((30, 1))
    x, accurate = newton_systems.conjugate_gradients(lambda v: matrix @ v, right, 1e-9)
    assert accurate
    assert np.linalg.norm(matrix @ x - right) <= 1e-8 * np.linalg.norm(right)
    _, accurate = newton_systems.conjugate_gradients(lambda v: matrix @ v, right, 1e-9, iterations=3)
    assert not accurate
    x, accurate = newton_systems.conjugate_gradients(lambda v: matrix @ v, np.zeros((30, 1)), 0.1)
    assert accurate
    assert not x.any()
