"""Pricing by ascent and descent on the network's own weights."""

import numpy as np
import pytest
import torch

from convexify.datasets.spirals import two_spirals
from convexify.relaxations.path_norm import branch_norms, branch_outputs, draw_branches, enumerate_branches
from convexify.relaxations.path_norm_pricing import ascend_branches, train_path_norm
from convexify.relaxations.path_norm_program import solve_path_norm
from convexify.relaxations.path_norm_training import descend_branches


def problem(seed, n=5):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.standard_normal(n), np.ones(n)]), rng.standard_normal(n)


@pytest.mark.parametrize("penalty", ["path", "weight decay"])
def test_pricing_comes_close_to_the_optimum_over_all_patterns(penalty):
    X, y = problem(0)
    best = solve_path_norm(X, y, enumerate_branches(X, 2), 0.1, penalty=penalty)
    found = train_path_norm(
        X, y, 0.1, 2, generator=np.random.default_rng(0), penalty=penalty, count=5, rounds=15
    )  # fmt: skip
    sample = train_path_norm(
        X, y, 0.1, 2, generator=np.random.default_rng(0), penalty=penalty, count=5, rounds=0
    )  # fmt: skip
    assert best.dual <= found.primal <= best.primal * 1.005
    assert found.primal <= sample.primal


@pytest.mark.parametrize("penalty", ["path", "weight decay"])
def test_ascent_never_loses_and_its_values_are_attained(penalty):
    X, _ = problem(1, n=12)
    rng = np.random.default_rng(1)
    nu, (V, signs) = rng.standard_normal(12), draw_branches(2, 40, 3, rng)
    ends, values = ascend_branches(X, nu, V, signs, penalty=penalty)
    np.testing.assert_allclose(branch_norms(ends, penalty), 1.0)
    np.testing.assert_allclose(values, np.abs(nu @ branch_outputs(X, ends, signs)))
    start = np.abs(nu @ branch_outputs(X, V / branch_norms(V, penalty)[:, None, None], signs))
    assert (values >= start).all()
    assert values.max() > start.max()


def test_rescaled_weights_have_the_path_norm_of_the_original_ones():
    rng = np.random.default_rng(2)
    W, w, alpha = rng.standard_normal((3, 2, 4)), rng.standard_normal(4), -1.7
    X = rng.standard_normal((6, 2))
    W = W[0]
    V = abs(alpha) * np.abs(w)[:, None] * W.T
    paths = sum((W[i, j] * w[j] * alpha) ** 2 for i in range(2) for j in range(4))
    assert branch_norms(V[None], "path")[0] == pytest.approx(np.sqrt(paths))
    original = np.maximum(np.maximum(X @ W, 0) @ w, 0) * alpha
    np.testing.assert_allclose(-branch_outputs(X, V[None], np.sign(w)[None])[:, 0], original)


@pytest.mark.parametrize("method", ["sgd", "adam"])
def test_descent_lowers_the_objective_and_problems_do_not_mix(method):
    X, y = (np.stack(part) for part in zip(problem(3), problem(4), strict=True))
    options = {"branches": 6, "neurons": 2, "starts": 3, "step": 0.02, "method": method, "batch_size": 5, "seed": 1}
    start = descend_branches(X, y, 0.1, iterations=1, **options)
    end = descend_branches(X, y, 0.1, iterations=300, **options)
    assert (end.objectives < start.objectives).all()
    other = descend_branches(X, np.stack([y[0], -y[1]]), 0.1, iterations=300, **options)
    np.testing.assert_allclose(other.objectives[0], end.objectives[0], rtol=1e-6)
    f = branch_outputs(X[1], end.V[1, 2], end.signs[1, 2]) @ end.outputs[1, 2]
    by_hand = 0.5 * np.sum((f - y[1]) ** 2) + 0.1 * branch_norms(end.V[1, 2], "path").sum()
    assert end.objectives[1, 2] == pytest.approx(by_hand)
    assert torch.get_default_dtype() == torch.float32  # not changed on the way


def test_divergence_is_an_infinite_or_large_objective():
    X, y = (part[None] for part in problem(5))
    ends = descend_branches(X, y, 0.1, branches=4, neurons=2, starts=2, step=1e3, iterations=50, batch_size=5)
    assert not (ends.objectives < 10).any()


def test_spirals_are_the_same_up_to_half_a_turn():
    X, y = two_spirals(np.random.default_rng(0), 400, turns=1.0, noise=0.0)
    angle = np.arctan2(X[:, 1], X[:, 0]) - 2 * np.pi * np.hypot(X[:, 0], X[:, 1])
    np.testing.assert_allclose(np.cos(angle), y, atol=1e-9)
    assert (X[:, 2] == 1).all()


def test_bad_input_is_named():
    X, y = problem(6)
    with pytest.raises(ValueError, match="rounds: expected at least 0"):
        train_path_norm(X, y, 0.1, 2, generator=np.random.default_rng(0), rounds=-1)
    with pytest.raises(ValueError, match="y: expected an array of shape"):
        descend_branches(X, y, 0.1, branches=2, neurons=2, starts=1, step=0.1, iterations=1, method="adam")
    with pytest.raises(ValueError, match="beta: expected more than 0"):
        descend_branches(X[None], y[None], 0, branches=2, neurons=2, starts=1, step=0.1, iterations=1, method="adam")
    with pytest.raises(ValueError, match="batch_size: expected"):
        descend_branches(X[None], y[None], 0.1, branches=2, neurons=2, starts=1, step=0.1, iterations=1)
    with pytest.raises(ValueError, match="samples: expected at least 2"):
        two_spirals(np.random.default_rng(0), 1, turns=1.0, noise=0.1)
    with pytest.raises(ValueError, match="turns: expected more than 0"):
        two_spirals(np.random.default_rng(0), 4, turns=0.0, noise=0.1)
