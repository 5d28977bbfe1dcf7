"""The tuning rule: every method gets the same number of trials, and an edge is said."""

import math

import pytest

from convexify.tuning import tune_step


@pytest.mark.parametrize("best", [1e-6, 1e-2, 1.0, 300.0])
def test_grid_grows_until_the_best_step_is_inside(best):
    found = tune_step(lambda step: abs(math.log(step / best)), start=0.1, trials=20)
    assert found.edge is None
    assert abs(math.log10(found.step / best)) < 0.15
    assert len(found.trials) == 20


def test_every_method_is_run_as_often_as_asked():
    calls = []
    tune_step(lambda step: calls.append(step) or step, start=1.0, trials=7)
    assert len(calls) == len(set(calls)) == 7


def test_best_on_the_edge_is_said():
    assert tune_step(lambda step: step, start=1.0, trials=8).edge == "smallest"
    assert tune_step(lambda step: -step, start=1.0, trials=8).edge == "largest"


def test_diverged_runs_are_counted_and_never_chosen():
    found = tune_step(lambda step: math.nan if step > 0.5 else -step, start=1.0, trials=9)
    assert found.diverged == (found.trials["step"] > 0.5).sum() > 0
    assert found.step <= 0.5
    assert math.isfinite(found.score)


def test_where_all_diverge_no_score_is_claimed():
    found = tune_step(lambda step: math.inf, start=1.0, trials=5)
    assert found.diverged == 5
    assert math.isnan(found.score)
    assert found.edge == "smallest"


@pytest.mark.parametrize(
    ("change", "name"),
    [({"start": 0.0}, "start"), ({"trials": 2}, "trials"), ({"factor": 1.0}, "factor"), ({"first": 4}, "first")],
)
def test_bad_arguments_are_named(change, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        tune_step(lambda step: step, **({"start": 1.0, "trials": 9} | change))
