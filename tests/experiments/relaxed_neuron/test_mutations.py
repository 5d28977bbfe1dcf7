"""Deliberate errors in the mathematics, one at a time: each turns a verdict of the ledger."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from convexify.relaxations import neuron, neuron_convexity, relaxed_minimum, teacher_student

TUNING = {"tuning_runs": 6, "tuning_problems": 4, "tuning_iterations": 60}
SHARED = {**TUNING, "dimension": 4, "trials": 30, "iterations": 200, "test_samples": 20}
SETTINGS = {
    "trajectories": SimpleNamespace(**SHARED, ratio=6, noises=[0.0, 0.1]),
    "map": SimpleNamespace(**SHARED, ratios=[2, 6], noises=[0.0, 0.1], scales=[1], success_distance=0.01, target=1e-4),
    "efficiency": SimpleNamespace(dimension=8, ratios=[64], noise=0.1, trials=600, iterations=60),
    "teacher_student": SimpleNamespace(**SHARED | {"trials": 12}, neurons=[1, 2], ratio=6),
    "losses": SimpleNamespace(instances=3),
}
THEOREM = SimpleNamespace(datasets=[], noise=0.1, instances=4, shape=[3, 15], starts=2)
SEED = 3


@pytest.fixture
def verdicts(script, standings, monkeypatch):
    """Verdicts of the ledger as the scripts, loaded anew, compute them."""

    def compute():
        for helper in ("_neuron", "_tuned", "_methods", "_counterexamples"):
            monkeypatch.delitem(sys.modules, helper, raising=False)

        def entry(name):
            return getattr(script(name), name)

        tables = {}
        for name, settings in SETTINGS.items():
            made = entry(f"compute_{name}")(settings, SEED)
            tables |= made if isinstance(made, dict) else {name: made}
        tables["theorem"] = entry("compute_theorem")([], THEOREM, SEED)
        # Real data are left out here: their claim reads the labels of no neuron instead.
        own = tables["theorem"]["labels"] == "non-negative, no neuron"
        tables["theorem"].loc[own, ["source", "labels"]] = ["real", "own, in [0, 1]"]
        del tables["curves"]
        return standings(entry("metrics")(**tables, settings=SETTINGS["map"]))

    return compute


def replace_everywhere(monkeypatch, name, wrong):
    """Put a function in the place of another in every module of the package that has imported it."""
    for module in (neuron, neuron_convexity, relaxed_minimum, teacher_student):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, wrong)


def test_the_ledger_without_an_error(verdicts):
    found = verdicts()
    for claim in ("relaxed_loss_is_convex", "eq6_corrected", "variance_ratio", "converges_faster"):
        assert found[claim] == "holds", claim
    for claim in ("eq5_as_printed", "eq6_as_printed", "theorem_as_printed"):
        assert found[claim] == "fails", claim
    assert found["shallow_network"] == "holds under"


def test_squared_loss_in_the_place_of_the_relaxed_one_is_not_convex(verdicts, monkeypatch):
    monkeypatch.setattr(neuron, "relaxed_loss", neuron.loss)
    found = verdicts()
    assert found["relaxed_loss_is_convex"] == "fails"
    assert found["eq8_is_the_loss_plus_inactive_labels"] == "fails"


def test_active_set_left_in_the_relaxed_update_makes_it_plain_descent(verdicts, monkeypatch):
    right = neuron._half_gradient
    monkeypatch.setattr(neuron, "_half_gradient", lambda X, y, w, relaxed: right(X, y, w, False))
    found = verdicts()
    assert found["converges_faster"] == "not tested"  # no trial differs
    assert found["variance_ratio"] == "fails"
    assert found["eq8_is_the_loss_plus_inactive_labels"] == "fails"


def test_wrong_sign_of_the_labels_in_the_gradient_is_seen(verdicts, monkeypatch):
    right = neuron._half_gradient
    monkeypatch.setattr(neuron, "_half_gradient", lambda X, y, w, relaxed: right(X, -np.asarray(y), w, relaxed))
    found = verdicts()
    assert found["variance_ratio"] != "holds"
    assert found["relaxed_variance"] == found["vanilla_variance"] == "fails"
    assert found["eq8_is_the_loss_plus_inactive_labels"] == "fails"


def test_relaxed_minimiser_of_other_labels_breaks_the_theorem(verdicts, monkeypatch):
    right = relaxed_minimum.minimise_relaxed

    def wrong(X, y, **options):
        return right(X, 0.9 * np.asarray(y), **options)

    monkeypatch.setattr(relaxed_minimum, "minimise_relaxed", wrong)
    found = verdicts()
    assert found["theorem_under_its_assumption"] == "fails"


def test_relaxed_descent_with_steps_twice_as_long_is_tuned_back(verdicts, monkeypatch):
    """The unit of the steps is no mathematics any more: the grids begin elsewhere, no verdict is contradicted."""
    before, right = verdicts(), neuron.default_step
    replace_everywhere(monkeypatch, "default_step", lambda X: 2 * right(X))
    after = verdicts()
    decided = ("holds", "holds under", "fails")
    moved = {claim: (before[claim], after[claim]) for claim in before if before[claim] != after[claim]}
    assert [claim for claim, pair in moved.items() if set(pair) <= set(decided)] == []
