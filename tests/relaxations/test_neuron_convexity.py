"""Convexity of the squared loss: the exact rule against violations measured on chords."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.relaxations.neuron import loss, relaxed_loss
from convexify.relaxations.neuron_convexity import (
    chord_excess,
    loss_is_convex,
    midpoint_violation,
    relaxed_loss_with,
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_loss_called_convex_has_no_chord_below_it_and_loss_called_non_convex_has_one(seed):
    rng = np.random.default_rng(seed)
    d, n = int(rng.integers(1, 4)), int(rng.integers(1, 6))
    X = rng.integers(-2, 3, size=(d, n)).astype(float)
    y = rng.integers(-3, 2, size=n).astype(float)
    convex = loss_is_convex(X, y)
    violation = midpoint_violation(X, y, 3 * rng.standard_normal((20, d)), length=1e-5)
    assert violation <= 1e-7 if convex else violation > 1e-2


def test_a_positive_label_does_not_make_the_loss_non_convex_when_a_parallel_sample_outweighs_it():
    assert loss_is_convex([[1.0, -1.0]], [1.0, -2.0])
    assert not loss_is_convex([[1.0, -1.0]], [1.0, 1.0])
    assert loss_is_convex([[1.0, 0.5]], [-1.0, 0.0])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_loss_called_convex_lies_below_its_chords(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((3, 8)), -rng.random(8)
    assert loss_is_convex(X, y)
    a, b = 2 * rng.standard_normal((2, 50, 3))
    chord = (loss(X, y, a) + loss(X, y, b)) / 2
    assert (loss(X, y, (a + b) / 2) <= chord + 1e-10).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_relaxed_loss_lies_below_its_chords_whatever_the_labels(seed):
    rng = np.random.default_rng(seed)
    X, y, ends = rng.standard_normal((3, 8)), 5 * rng.standard_normal(8), 3 * rng.standard_normal((2, 50, 3))
    assert chord_excess(lambda w: relaxed_loss(X, y, w), ends) <= 1e-12
    assert midpoint_violation(X, y, ends[0], of=relaxed_loss) <= 1e-9
    # The second derivative in a direction is that of Σ σ(z)², twice the active part of ‖Xᵀv‖².
    w, v = ends[0, 0], ends[1, 0]
    second = (relaxed_loss(X, y, w + 1e-5 * v) - 2 * relaxed_loss(X, y, w) + relaxed_loss(X, y, w - 1e-5 * v)) / 1e-10
    assert second == pytest.approx(2 * (((X.T @ v) * (X.T @ w > 0)) ** 2).sum(), rel=1e-2, abs=1e-2)


def test_relaxation_with_another_activation_is_that_of_the_relu_and_not_convex_for_tanh():
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((3, 8)), rng.standard_normal(8), rng.standard_normal((5, 3))
    relu = relaxed_loss_with(lambda z: np.maximum(z, 0.0), X, y, w)
    np.testing.assert_allclose(relu, relaxed_loss(X, y, w))
    ends = [[[1.0]], [[5.0]]]
    assert chord_excess(lambda w: relaxed_loss_with(np.tanh, [[1.0]], [0.0], w), ends) > 0.05


def test_violation_is_half_the_label_on_a_unit_sample():
    assert midpoint_violation([[1.0]], [3.0], [[0.0]], length=1e-4) == pytest.approx(1.5, rel=1e-3)
    assert midpoint_violation([[0.0]], [3.0], [[0.0]]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: loss_is_convex([1.0], [1.0]), "^X: expected a two-dimensional array"),
        (lambda: loss_is_convex([[1.0]], [1.0, 2.0]), "^y: expected 1 entries"),
        (lambda: loss_is_convex([[1.0]], [1.0], tol=0.0), "^tol: expected more than 0"),
        (lambda: loss_is_convex([[1.0]], [1.0], tol=np.nan), "^tol: expected a finite number"),
        (lambda: midpoint_violation([[1.0]], [1.0], [[1.0, 2.0]]), "^bases: expected 1 columns"),
        (lambda: midpoint_violation([[1.0]], [1.0], [[1.0]], length=0), "^length: expected more than 0"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
