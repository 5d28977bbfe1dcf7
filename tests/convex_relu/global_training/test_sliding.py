"""Sliding: ReLUs rounded off at their kinks, and never a worse network."""

import numpy as np
import pytest

from convexify.convex_relu.global_training.problem import balanced, build_problem
from convexify.convex_relu.global_training.scratch import Scratch
from convexify.convex_relu.global_training.sliding import _round_relu, slide


def start(seed, outputs=1, loss="squared"):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((60, 4))
    y = rng.standard_normal((60, outputs)) if loss == "squared" else np.sign(rng.standard_normal((60, outputs)))
    problem, _ = build_problem(X, y, 0.3, loss)
    return problem, *balanced(rng.standard_normal((problem.rank, 12)), rng.standard_normal((12, outputs)))


@pytest.mark.parametrize("width", [0.0, 0.1])
def test_rounded_relu_and_its_derivative(width):
    p = np.linspace(-0.3, 0.3, 61)[:, None] * np.ones(3)
    delta = width * np.array([1.0, 2.0, 0.5])
    step = 1e-6

    def value(p):
        p = p.copy()
        slope = _round_relu(p, delta, Scratch()).copy()
        return p, slope

    rounded, slope = value(p)
    excess = rounded - np.maximum(p, 0.0)
    assert excess.min() >= -1e-15
    assert (excess <= delta / 4 + 1e-15).all()
    assert (excess[np.abs(p) >= np.broadcast_to(delta, p.shape)] <= 1e-15).all()
    numerical = (value(p + step)[0] - value(p - step)[0]) / (2 * step)
    smooth = np.abs(p) > 1e-3 if width == 0 else np.full(p.shape, True)
    assert np.abs(numerical - slope)[smooth].max() <= 1e-4


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
@pytest.mark.parametrize("widths", [(0.0,), (0.03, 0.003), (3.0,)])
def test_never_worse_than_the_start(outputs, loss, widths):
    problem, U, A = start(1, outputs, loss)
    before = problem.objective(U, A)
    moved, weights = slide(problem, U, A, iterations=40, widths=widths)
    assert problem.objective(moved, weights) <= before * (1 + 1e-12)
    assert np.allclose(np.linalg.norm(moved, axis=0), 1.0)


def test_rounded_kinks_let_the_neurons_slide_further():
    ratios = []
    for seed in range(8):
        problem, U, A = start(seed)
        plain, rounded = (
            problem.objective(*slide(problem, U, A, iterations=150, widths=widths))
            for widths in ((0.0,), (0.03, 0.003))
        )
        ratios.append(rounded / plain)
    assert np.median(ratios) < 1.0


def test_no_neuron_stays_none():
    problem, _, _ = start(0)
    U, A = slide(problem, np.zeros((problem.rank, 0)), np.zeros((0, 1)))
    assert U.shape == (problem.rank, 0)
    assert A.shape == (0, 1)


def test_scratch_is_taken_once_and_grows():
    scratch = Scratch()
    first = scratch("a", 4, 5)
    assert np.shares_memory(first, scratch("a", 2, 3))
    assert not np.shares_memory(first, scratch("b", 4, 5))
    assert scratch("a", 6, 7).shape == (6, 7)
