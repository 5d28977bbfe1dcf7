"""Networks trained at several steps in one run, and with a tuned step, against runs of their own."""

import numpy as np
import pytest

from convexify.convex_relu.networks.network_training import fit_networks, fit_networks_at_steps, objectives
from convexify.convex_relu.networks.tuned_training import tune_networks


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.standard_normal((12, 3)), rng.standard_normal((12, 2))


@pytest.mark.parametrize(("method", "batch"), [("gd", None), ("sgd", 4), ("adam", 4)])
def test_every_step_of_one_run_is_a_run_of_its_own(data, method, batch):
    options = {"method": method, "iterations": 40, "batch_size": batch, "seed": 3}
    steps = (0.01, 0.05, 0.2)
    together = fit_networks_at_steps(*data, 0.1, 5, steps=steps, **options)
    for step, fit in zip(steps, together, strict=True):
        alone = fit_networks(*data, 0.1, 5, step=step, **options)
        # Adam's ε is scaled with the step: the only difference
        np.testing.assert_allclose(fit.hidden, alone.hidden, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(fit.final_objectives, alone.final_objectives, rtol=1e-4)


def test_a_network_that_diverges_is_marked_and_leaves_the_others_alone(data):
    options = {"method": "sgd", "iterations": 60, "batch_size": 4, "seed": 1}
    good, bad = fit_networks_at_steps(*data, 0.1, 5, steps=(0.05, 1e3), **options)
    assert bad.diverged.all()
    assert not good.diverged.any()
    np.testing.assert_allclose(good.hidden, fit_networks(*data, 0.1, 5, step=0.05, **options).hidden)


def test_tuned_step_is_the_best_of_the_trials(data):
    options = {"method": "sgd", "iterations": 60, "batch_size": 4, "seed": 1}
    best, tuning = tune_networks(*data, 0.1, 5, start=0.05, trials=6, **options)
    assert len(tuning.trials) == 6
    assert tuning.score == tuning.trials["score"].min() == pytest.approx(best.final_objectives.sum())
    alone = [fit_networks(*data, 0.1, 5, step=step, **options) for step in tuning.trials["step"]]
    expected = [np.inf if fit.diverged.any() else fit.final_objectives.sum() for fit in alone]
    np.testing.assert_allclose(tuning.trials["score"], expected, rtol=1e-8)
    unbatched, same = tune_networks(*data, 0.1, 5, start=0.05, trials=6, first_run=(), **options)
    assert same.step == pytest.approx(tuning.step)
    np.testing.assert_allclose(unbatched.final_objectives, best.final_objectives, rtol=1e-8)


@pytest.mark.parametrize("slope", [0.0, 0.3, -1.0])
def test_objective_and_prediction_know_the_activation(data, slope):
    X, y = data
    fit = fit_networks(X, y, 0.1, 5, method="adam", step=0.02, iterations=30, negative_slope=slope)
    inner = np.einsum("nd,cdm->cnm", X, fit.hidden)
    f = np.einsum("cnm,cm->nc", np.where(inner > 0, inner, slope * inner), fit.output)
    np.testing.assert_allclose(fit.predict(X), f)
    decay = 0.05 * ((fit.hidden**2).sum((1, 2)) + (fit.output**2).sum(1))
    np.testing.assert_allclose(fit.final_objectives, 0.5 * ((f - y) ** 2).sum(0) + decay)
    again = objectives(X, y, 0.1, fit.hidden, fit.output, negative_slope=slope)
    np.testing.assert_allclose(again, fit.final_objectives)
