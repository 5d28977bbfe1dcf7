"""Two-level patterns and the convex program of the path norm against cvxpy, brute force and other programs."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu import enumerate_patterns, solve
from convexify.relaxations.path_norm import (
    ParallelNetwork,
    branch_norms,
    branch_outputs,
    draw_branches,
    dual_norms,
    enumerate_branches,
    patterns_of_branches,
    sample_branches,
)
from convexify.relaxations.path_norm_program import GroupProgram, solve_path_norm
from convexify.relaxations.path_norm_training import descend_branches
from convexify.warnings import ConvergenceWarning


def problem(seed, n=5, d=2):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.standard_normal((n, d - 1)), np.ones(n)]), rng.standard_normal(n)


def keys(patterns):
    parts = zip(patterns.first, patterns.second, patterns.signs, strict=True)
    return {(tuple(sorted(map(bytes, f[s > 0]))), tuple(sorted(map(bytes, f[s < 0]))), bytes(t)) for f, t, s in parts}


def cvxpy_optimum(X, y, patterns, beta, penalty):
    """The program as it stands in the docstring, without the package's solver."""
    total, norms, constraints = 0, 0, []
    for first, second, signs in zip(patterns.first, patterns.second, patterns.signs, strict=True):
        for o in (1, -1):
            V = cp.Variable((len(signs), X.shape[1]))
            inner = sum(e * cp.multiply(D, X @ v) for e, D, v in zip(signs, first.astype(float), V, strict=True))
            constraints += [cp.multiply(2.0 * D - 1, X @ v) >= 0 for D, v in zip(first, V, strict=True)]
            constraints.append(cp.multiply(2.0 * second - 1, inner) >= 0)
            total += o * cp.multiply(second.astype(float), inner)
            norms += cp.norm(V, "fro") if penalty == "path" else sum(cp.norm(v) for v in V)
    return cp.Problem(cp.Minimize(0.5 * cp.sum_squares(total - y) + beta * norms), constraints).solve(solver="CLARABEL")


@pytest.mark.parametrize("penalty", ["path", "weight decay"])
@pytest.mark.parametrize("seed", [0, 1])
def test_program_equals_cvxpy(seed, penalty):
    X, y = problem(seed, n=4)
    patterns = enumerate_branches(X, 2)[seed::3]  # cvxpy would take minutes over all
    answer = solve_path_norm(X, y, patterns, 0.1, penalty=penalty, tol=1e-8)
    assert answer.primal == pytest.approx(cvxpy_optimum(X, y, patterns, 0.1, penalty), rel=1e-6)
    assert answer.gap <= 1e-8


def test_one_neuron_a_branch_is_the_two_layer_program():
    X, y = problem(2)
    three = solve_path_norm(X, y, enumerate_branches(X, 1), 0.1)
    assert three.primal == pytest.approx(solve(X, y, enumerate_patterns(X), 0.1, tol=1e-8).primal, rel=1e-6)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_every_network_is_counted_and_none_goes_below_the_dual(seed):
    X, y = problem(3)
    answer = SOLVED
    V, signs = draw_branches(2, 50, 2, np.random.default_rng(seed))
    assert np.abs(answer.nu @ branch_outputs(X, V, signs)).max() <= 0.1 * (1 + 1e-9)
    outputs = np.where(np.arange(50) % 2, -1.0, 1.0)
    network = ParallelNetwork(V, signs, outputs)
    assert 0.5 * np.sum((network.predict(X) - y) ** 2) + 0.1 * network.penalty("path") >= answer.dual


SOLVED = solve_path_norm(*problem(3), enumerate_branches(problem(3)[0], 2), 0.1)


@pytest.mark.parametrize("neurons", [1, 2, 3])
def test_enumeration_holds_every_pattern_of_random_branches(neurons):
    X, _ = problem(4, n=4)
    every = keys(enumerate_branches(X, neurons))
    drawn = sample_branches(X, 3000, neurons, np.random.default_rng(0))
    live = drawn[drawn.first.any(axis=2).all(axis=1)]  # a neuron that is off on all samples is a zero weight
    assert keys(live) <= every
    if neurons == 1:
        assert keys(live) == every


@pytest.mark.parametrize("penalty", ["path", "weight decay"])
def test_answer_is_a_network_with_the_objective_claimed(penalty):
    X, y = problem(5)
    answer = solve_path_norm(X, y, enumerate_branches(X, 2), 0.05, penalty=penalty)
    by_hand = np.zeros(len(X))
    for V, signs, o in zip(answer.network.V, answer.network.signs, answer.network.outputs, strict=True):
        by_hand += o * np.maximum(sum(e * np.maximum(X @ v, 0) for e, v in zip(signs, V, strict=True)), 0)
    objective = 0.5 * np.sum((by_hand - y) ** 2) + 0.05 * branch_norms(answer.network.V, penalty).sum()
    assert answer.primal == pytest.approx(objective, rel=1e-12)
    assert answer.dual == pytest.approx(answer.nu @ y - 0.5 * answer.nu @ answer.nu, rel=1e-12)


def test_strong_duality_descent_reaches_the_optimum_and_never_goes_below():
    problems = [problem(seed, n=4) for seed in (6, 7)]
    optima = [solve_path_norm(X, y, enumerate_branches(X, 2), 0.1) for X, y in problems]
    X, y = (np.stack(part) for part in zip(*problems, strict=True))
    ends = descend_branches(X, y, 0.1, branches=12, neurons=2, starts=12, step=0.1, iterations=400, method="adam")
    for optimum, objectives in zip(optima, ends.objectives, strict=True):
        assert objectives.min() >= optimum.dual
        assert objectives.min() <= optimum.primal * 1.005


@given(seed=st.integers(0, 10**6), m=st.integers(1, 4))
def test_weight_decay_on_two_layers_is_at_least_the_sum_of_norms_and_attains_it(seed, m):
    rng = np.random.default_rng(seed)
    V = rng.standard_normal((m, 3))
    lengths = np.linalg.norm(V, axis=1)
    w = np.sqrt(lengths * lengths.sum())  # w_j² ∝ ‖v_j‖, α² = ‖w‖² after balancing
    alpha, W = 1.0, V / w[:, None]
    assert np.linalg.norm(W) == pytest.approx(1.0)
    assert alpha * np.linalg.norm(w) == pytest.approx(branch_norms(V[None], "weight decay")[0])
    other = w * np.exp(rng.standard_normal(m))
    W = V / other[:, None]
    scale = np.linalg.norm(W)  # to the boundary of ‖W‖ ≤ 1
    assert scale * np.linalg.norm(other) >= branch_norms(V[None], "weight decay")[0] * (1 - 1e-12)


@given(seed=st.integers(0, 10**6))
def test_dual_norms_are_dual(seed):
    rng = np.random.default_rng(seed)
    V, Z = rng.standard_normal((2, 20, 3, 2))
    for kind in ("path", "weight decay"):
        assert (np.einsum("kmd,kmd->k", V, Z) <= branch_norms(V, kind) * dual_norms(Z, kind) * (1 + 1e-12)).all()


def test_copies_of_a_neuron_divide_the_path_norm():
    X, y = problem(8)
    patterns = enumerate_branches(X, 2)
    path = solve_path_norm(X, y, patterns, 0.1)
    assert path.primal <= solve(X, y, enumerate_patterns(X), 0.1 / np.sqrt(2), tol=1e-8).primal * (1 + 1e-6)
    decay = solve_path_norm(X, y, patterns, 0.1, penalty="weight decay")
    stronger = solve_path_norm(X, y, patterns, np.sqrt(2) * 0.1)
    assert path.dual <= decay.primal <= stronger.primal * (1 + 1e-6)


def test_units_do_not_matter():
    X, y = problem(9)
    patterns = enumerate_branches(X, 2)
    plain, scaled = solve_path_norm(X, y, patterns, 0.1), solve_path_norm(1e3 * X, 1e-3 * y, patterns, 0.1)
    assert scaled.gap <= 1e-6
    assert solve_path_norm(1e3 * X, 1e-3 * y, patterns, 0.1 * 1e3 * 1e-3).primal == pytest.approx(1e-6 * plain.primal)


def test_edge_cases_one_sample_zero_targets_and_a_large_penalty():
    one = np.array([[1.0, 2.0]])
    answer = solve_path_norm(one, [3.0], enumerate_branches(one, 2), 0.1)
    # one active cell: the pair of equal neurons gives √2 ‖x‖ for norm 1
    assert answer.primal == pytest.approx(0.3 / np.sqrt(10) - 0.5 * (0.1 / np.sqrt(10)) ** 2, rel=1e-6)
    X, y = problem(10)
    patterns = enumerate_branches(X, 2)
    assert solve_path_norm(X, 0 * y, patterns, 0.1).primal == 0
    nothing = solve_path_norm(X, y, patterns, 1e3)
    assert len(nothing.network.outputs) == 0
    assert nothing.primal == pytest.approx(nothing.dual) == pytest.approx(0.5 * y @ y)


def test_groups_are_added_once_and_the_program_goes_on():
    X, y = problem(11)
    every = enumerate_branches(X, 2)
    program = GroupProgram(X, y, 0.1)
    program.append(every[::4])
    fewer = program.solve(tol=1e-6, added=20)
    program.append(every)
    more = program.solve(tol=1e-6, added=20)
    assert more.groups == len(every)
    assert more.primal <= fewer.primal * (1 + 1e-6)
    assert more.primal == pytest.approx(solve_path_norm(X, y, every, 0.1).primal, rel=2e-6)


def test_gap_that_is_not_reached_warns(monkeypatch):
    X, y = problem(12)
    monkeypatch.setattr("convexify.relaxations.path_norm_program._ROUNDS", 0)
    with pytest.warns(ConvergenceWarning, match="certified gap"):
        solve_path_norm(X, y, enumerate_branches(X, 2), 0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y, p: (X[:, 0], y, p, 0.1), "X: expected a two-dimensional array"),
        (lambda X, y, p: (X * np.nan, y, p, 0.1), "X: expected finite entries"),
        (lambda X, y, p: (X, y[:-1], p, 0.1), "y: expected 5 entries, got 4"),
        (lambda X, y, p: (X, y, p, 0.0), "beta: expected more than 0"),
        (lambda X, y, p: (X, y, p, -1.0), "beta: expected more than 0"),
        (lambda X, y, p: (X[:3], y[:3], p, 0.1), "patterns: expected 2 neurons and 3 samples"),
        (lambda X, y, p: (X, y, p[:0], 0.1), "patterns: expected BranchPatterns with at least one group"),
        (lambda X, y, p: (X, y, p.first, 0.1), "patterns: expected BranchPatterns .* got ndarray"),
    ],
)
def test_bad_input_is_named(change, message):
    X, y = problem(13)
    with pytest.raises(ValueError, match=message):
        solve_path_norm(*change(X, y, enumerate_branches(X, 2)))


def test_bad_arguments_are_named():
    X, y = problem(14)
    patterns = enumerate_branches(X, 2)
    with pytest.raises(ValueError, match="penalty: expected one of 'path', 'weight decay'"):
        solve_path_norm(X, y, patterns, 0.1, penalty="l1")
    with pytest.raises(ValueError, match="neurons: expected at least 1"):
        enumerate_branches(X, 0)
    with pytest.raises(ValueError, match="max_patterns: expected at most 50 two-level patterns"):
        enumerate_branches(X, 2, max_patterns=50)
    with pytest.raises(ValueError, match="X: expected a row that is not zero"):
        enumerate_branches(0 * X, 2)
    with pytest.raises(ValueError, match="signs: expected an array of shape"):
        patterns_of_branches(X, np.ones((3, 2, 2)), np.ones((3, 3)))
