"""Tuned steps of a batch of trials: the fastest one is found, diverged trials are counted and never chosen."""

import numpy as np
import pytest

from convexify.relaxations.neuron import Trajectory, default_step, gradient_descent, loss
from convexify.relaxations.tuned_descent import trajectory_errors, tune_descent

CURVATURES = np.array([1.0, 4.0])


def quadratics(step, iterations=20):
    """Descent on ½c·w² from w = 1 for two curvatures c: w shrinks by 1 − step·c."""
    k = np.arange(iterations + 1)
    return Trajectory(k, (1 - step * CURVATURES)[None, :, None] ** k[:, None, None])


def squares(weights):
    return weights[:, 0] ** 2


def test_the_best_multiple_is_the_inverse_curvature():
    found = tune_descent(quadratics, squares, unit=0.3 / CURVATURES, runs=12)
    assert found.edge is None
    assert found.multiple == pytest.approx(1 / 0.3, rel=0.15)
    assert len(found.trials) == 12


def test_a_step_with_which_one_trial_diverges_is_not_chosen_and_is_counted():
    found = tune_descent(quadratics, squares, unit=np.array([1.0, 1.0]), runs=9)
    lost = found.trials[found.trials["diverged_trials"] > 0]
    assert (lost["step"] > 0.5).all()
    assert np.isinf(lost["score"]).all()
    assert found.multiple < 0.5


def test_a_run_that_blows_up_stays_lost_and_is_not_asked_for_its_loss():
    weights = np.array([[[1.0], [1.0]], [[1e200], [2.0]], [[0.0], [3.0]], [[np.nan], [4.0]]])
    errors = trajectory_errors(Trajectory(np.arange(4), weights), squares)
    np.testing.assert_array_equal(errors, [[1.0, 1.0], [np.inf, 4.0], [np.inf, 9.0], [np.inf, 16.0]])


def test_twice_the_unit_gives_half_the_multiple():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4, 3, 20))
    y = np.maximum(X[:, 0], 0.0)
    start, sizes = rng.standard_normal((4, 3)), (y**2).sum(axis=-1)
    steps = []
    for factor in (1.0, 2.0):
        unit = factor * default_step(X)
        found = tune_descent(
            lambda step: gradient_descent(X, y, start, relaxed=True, step=step, iterations=30, record=range(31)),
            lambda w: loss(X, y, w) / sizes,
            unit=unit,
            runs=15,
        )
        steps.append(found.multiple * unit)
    np.testing.assert_allclose(steps[0], steps[1], rtol=0.15)


def test_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^runs: expected at least 3"):
        tune_descent(quadratics, squares, unit=np.ones(2), runs=2)
