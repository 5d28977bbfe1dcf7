"""The convexity threshold: a bracket that holds the truth."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.curvature.shallow_loss import ShallowLoss
from convexify.curvature.threshold import convexity_threshold

X = np.linspace(-2, 2, 20)[:, None]
Y = np.sin(2 * X[:, 0])
SMALL = {"samples": 128, "starts": 4}


def two_parameters(activation="tanh"):
    """a·σ(w x): two parameters, so that a dense grid sees the whole box."""
    return ShallowLoss(X, Y, 1, activation=activation, hidden_bias=False, output_bias=False)


def dense_minimum(loss, bound, points=121):
    grid = np.linspace(-bound, bound, points)
    hessian = torch.func.vmap(torch.func.hessian(loss))
    thetas = torch.as_tensor(np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2))
    return float(torch.linalg.eigvalsh(hessian(thetas)).min())


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_bracket_holds_the_value_of_a_dense_grid(activation):
    loss = two_parameters(activation)
    on_grid = max(0.0, -dense_minimum(loss, 1.5) / 2)
    found = convexity_threshold(loss, [-1.5, -1.5], [1.5, 1.5], **SMALL)
    assert on_grid <= found.upper
    assert found.lower >= on_grid - 1e-9  # the search is at least as good as the grid
    assert found.upper <= 1.1 * found.lower


def test_cubic_of_the_thread_has_the_threshold_three_times_the_upper_end():
    found = convexity_threshold(lambda theta: -(theta**3).sum(), [-1.0], [2.0], **SMALL)
    assert found.lower == pytest.approx(6.0, rel=1e-9)
    assert found.upper == np.inf
    assert found.worst_point == pytest.approx([2.0])


@given(st.floats(0.1, 3.0), st.floats(0.2, 3.0))
@settings(max_examples=10, deadline=None)
def test_scaling_the_loss_scales_the_threshold(factor, end):
    found = convexity_threshold(lambda theta: -factor * (theta**3).sum(), [0.0], [end], samples=16, starts=2)
    assert found.lower == pytest.approx(3 * factor * end, rel=1e-6)


def test_convex_loss_needs_no_penalty():
    loss = ShallowLoss(X, Y, 1, activation="linear", hidden_bias=False, output_bias=True)
    fixed_slope = convexity_threshold(loss, [0.7, -1.0, -1.0], [0.7, 1.0, 1.0], **SMALL)  # linear in (a, c)
    assert fixed_slope.lower == 0.0
    assert fixed_slope.upper <= 1e-9


def test_objective_is_convex_at_the_upper_end_and_not_below_the_lower_end():
    loss = ShallowLoss(X, Y, 2)
    p = loss.layout.size
    found = convexity_threshold(loss, -np.ones(p), np.ones(p), **SMALL)
    assert 0 < found.lower <= found.upper < np.inf
    hessian = torch.func.hessian(loss)
    at_worst = torch.linalg.eigvalsh(hessian(torch.as_tensor(found.worst_point)))[0]
    assert at_worst + 2 * 0.999 * found.lower < 0
    points = np.random.default_rng(0).uniform(-1, 1, (200, p))
    smallest = min(float(torch.linalg.eigvalsh(hessian(torch.as_tensor(point)))[0]) for point in points)
    assert smallest + 2 * found.upper > 0


def test_larger_box_needs_a_larger_penalty():
    loss = two_parameters()
    thresholds = [convexity_threshold(loss, [-b, -b], [b, b], **SMALL).lower for b in (0.5, 1.0, 2.0)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_loss_without_hessian_is_refused():
    with pytest.raises(ValueError, match=r"loss: expected a twice differentiable function.*kinks"):
        convexity_threshold(two_parameters("relu"), [-1, -1], [1, 1])
    with pytest.raises(ValueError, match="jump of its gradient"):
        convexity_threshold(lambda theta: theta.abs().sum(), [-1.0, -1.0], [1.0, 1.0])


@pytest.mark.parametrize(
    ("lower", "upper", "more", "message"),
    [
        ([1.0], [0.0], {}, "upper: expected at least lower"),
        ([], [], {}, "lower: expected at least one entry"),
        ([0.0], [1.0, 2.0], {}, "upper: expected 1 entries"),
        ([0.0], [np.inf], {}, "upper: expected finite"),
        ([0.0], [1.0], {"penalty": "l1"}, "penalty: expected one of"),
        ([0.0], [1.0], {"seed": -1}, "seed: expected at least 0"),
        ([0.0], [1.0], {"seed": 1.5}, "seed: expected an integer"),
        ([0.0], [1.0], {"ratio": 0.5}, "ratio: expected at least 1"),
        ([0.0], [1.0], {"samples": 10**9}, "samples: expected at most 1000000"),
    ],
)
def test_bad_arguments_are_refused_by_name(lower, upper, more, message):
    with pytest.raises(ValueError, match=message):
        convexity_threshold(lambda theta: (theta**2).sum(), lower, upper, **more)
