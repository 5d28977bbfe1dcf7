"""Brackets over continuous weights, and gradient descent from many starts."""

import numpy as np
import pytest
import torch
from scipy.optimize import brute

from convexify.branches.branch_and_bound import tanh_network_bracket, tanh_relaxation
from convexify.branches.projected_descent import projected_gradient_descent

rng = np.random.default_rng
RNG = rng(3)
X = RNG.normal(size=(10, 2))
LABELS = np.where(X[:, 0] + 0.8 * RNG.normal(size=10) > 0, 1.0, -1.0)


def hinge(weights, tau):
    """Loss of a network of tanh units, weights (I, 2)."""
    return np.maximum(0, 1 - LABELS * np.tanh(X @ weights.T).mean(axis=1) / tau).mean()


@pytest.mark.parametrize("tau", [0.4, 1.0])
def test_one_unit_is_bracketed_around_a_fine_scan(tau):
    bracket = tanh_network_bracket(X, LABELS, branches=1, tau=tau, radius=2.0, max_cells=4000)
    best = brute(lambda w: hinge(w[None], tau), [(-2, 2)] * 2, Ns=161, finish=None, full_output=True)[1]
    assert bracket.lower <= best + 1e-12
    assert bracket.upper - bracket.lower <= 2e-3
    assert bracket.upper <= best + 2e-3
    assert bracket.upper == pytest.approx(hinge(bracket.weights, tau), abs=1e-12)
    assert np.abs(bracket.weights).max() <= 2.0


@pytest.mark.parametrize("branches", [2, 5, 20])
def test_no_network_beats_the_lower_value(branches):
    bracket = tanh_network_bracket(X, LABELS, branches=branches, tau=0.4, radius=2.0, max_cells=2000, node_limit=50)
    descent = projected_gradient_descent(
        [X], [LABELS], branches=branches, tau=0.4, radius=2.0, starts=30, steps=300, step=1.0, rngs=[rng(0)]
    )
    assert bracket.relaxation <= bracket.lower <= descent.losses.min() + 1e-9
    assert bracket.weights.shape == descent.best_weights[0].shape == (branches, 2)
    assert descent.losses.min() == pytest.approx(hinge(descent.best_weights[0], 0.4), abs=1e-12)
    assert bracket.upper == pytest.approx(hinge(bracket.weights, 0.4), abs=1e-12)


def test_the_relaxation_is_below_and_close_to_a_large_network():
    relaxation = tanh_relaxation(X, LABELS, tau=0.4, radius=2.0, tolerance=1e-5)
    bracket = tanh_network_bracket(X, LABELS, branches=400, tau=0.4, radius=2.0, relaxation=relaxation, max_cells=2000)
    assert 0 <= bracket.upper - relaxation <= 5e-3


def test_a_linear_hinge_needs_no_more_than_one_unit():
    relaxation = tanh_relaxation(X, LABELS, tau=1.0, radius=2.0, tolerance=1e-5)
    one = tanh_network_bracket(X, LABELS, branches=1, tau=1.0, radius=2.0, max_cells=20_000)
    assert one.upper - relaxation <= 1e-3


def test_the_step_is_that_of_automatic_differentiation():
    start = torch.as_tensor(np.random.default_rng(5).uniform(-2, 2, (1, 3, 2))).requires_grad_()
    outputs = torch.tanh(start @ torch.as_tensor(X).T).mean(dim=1)
    loss = (1 - torch.as_tensor(LABELS) * outputs / 0.4).clamp(min=0).mean()
    loss.backward()
    # One branch's gradient is taken as if it stood alone: I times its own.
    expected = (start.detach() - 0.3 * 3 * start.grad).clamp(-2, 2)
    descent = projected_gradient_descent(
        [X], [LABELS], branches=3, tau=0.4, radius=2.0, starts=1, steps=1, step=0.3, rngs=[rng(5)]
    )
    np.testing.assert_allclose(descent.best_weights[0], expected[0].numpy(), atol=1e-12)
    assert descent.first_losses[0, 0] == pytest.approx(loss.item(), abs=1e-12)


def test_problems_advance_side_by_side_as_each_would_alone():
    options = {"branches": 2, "tau": 0.4, "radius": 2.0, "starts": 3, "steps": 20, "step": 0.5}
    both = projected_gradient_descent([X, 2 * X], [LABELS, -LABELS], **options, rngs=[rng(1), rng(2)])
    for place, (inputs, labels) in enumerate([(X, LABELS), (2 * X, -LABELS)]):
        alone = projected_gradient_descent([inputs], [labels], **options, rngs=[rng(1 + place)])
        np.testing.assert_allclose(both.losses[place], alone.losses[0], atol=1e-12)


def test_a_run_that_ends_above_its_start_counts_as_diverged():
    options = {"branches": 1, "tau": 0.4, "radius": 3.0, "starts": 40, "steps": 1}
    calm = projected_gradient_descent([X], [LABELS], **options, step=1e-3, rngs=[rng(0)])
    wild = projected_gradient_descent([X], [LABELS], **options, step=1e3, rngs=[rng(0)])
    assert not calm.diverged.any()
    assert 0 < wild.diverged.sum() < 40


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"branches": 0}, "branches"),
        ({"tau": 0.0}, "tau"),
        ({"radius": -1.0}, "radius"),
        ({"max_cells": 1}, "max_cells"),
    ],
)
def test_bad_input_names_the_argument(change, name):
    arguments = {"branches": 2, "tau": 1.0, "radius": 1.0, **change}
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        tanh_network_bracket(X, LABELS, **arguments)
