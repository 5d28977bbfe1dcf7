"""Projected SGD: full batches are gradient descent, epochs are counted, steps are tuned."""

import numpy as np
import pytest

from convexify.curvature.penalties import minimise, quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss
from convexify.curvature.stochastic_descent import epochs_to_minimum, stochastic_descent

RNG = np.random.default_rng(0)
LOSS = ShallowLoss(RNG.standard_normal((12, 2)), RNG.standard_normal(12), 2)
START = RNG.uniform(-1, 1, LOSS.layout.size)


def run(step, batch=12, epochs=5, bound=2.0, lam=0.5):
    penalty = quadratic_penalty("l2", lam, LOSS.layout.size)
    options = {"step": step, "batch": batch, "epochs": epochs, "bound": bound, "generator": np.random.default_rng(3)}
    return penalty, *stochastic_descent(LOSS, penalty, START, **options)


def test_a_full_batch_is_gradient_descent():
    penalty, values, point = run(0.01)
    theta = START.copy()
    for _ in range(5):
        theta = theta - 0.01 * (LOSS.value_and_gradient(theta)[1] + 2 * 0.5 * theta)
    np.testing.assert_allclose(point, theta)
    assert values[-1] == pytest.approx(LOSS.value_and_gradient(theta)[0] + penalty.value_and_gradient(theta)[0])
    assert (np.diff(values) < 0).all()


def test_the_projection_keeps_every_run_in_the_box():
    _, values, point = run(1e3, batch=3)
    assert abs(point).max() <= 2
    assert np.isfinite(values).all()


def test_a_strongly_penalised_loss_is_minimised_in_a_few_epochs():
    penalty = quadratic_penalty("l2", 20.0, LOSS.layout.size)
    starts = np.random.default_rng(1).uniform(-2, 2, (3, LOSS.layout.size))
    lowest = min(minimise(LOSS, penalty, start, 2.0).value for start in starts)
    options = {"runs": 7, "epochs": 15, "batch": 3, "bound": 2.0, "share": 0.01, "lowest": lowest}
    epochs, tuning = epochs_to_minimum(
        LOSS, penalty, starts, **options, stream=lambda: np.random.default_rng(5)
    )  # fmt: skip
    assert (epochs <= 5).all()
    assert tuning.edge is None
    assert len(tuning.trials) == 7
    far, _ = epochs_to_minimum(
        LOSS, penalty, starts, **options | {"lowest": lowest - 100.0}, stream=lambda: np.random.default_rng(5)
    )
    assert np.isinf(far).all()
