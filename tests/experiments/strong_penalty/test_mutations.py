"""Deliberate errors in the mathematics, one at a time: each turns a verdict of the ledger."""

import sys

import pytest

from convexify.curvature import chords, dropout, ivanov, penalties, symmetries, threshold
from convexify.curvature.chords import ChordMargins


@pytest.fixture
def verdicts(entry, metrics_of, tables, instance, standings, monkeypatch):
    """``verdicts(["arguments"])``: verdicts of the ledger after some jobs ran again with what is patched."""
    jobs = {
        "minima": lambda: _minima(entry, tables, instance),
        "arguments": lambda: {
            "arguments": entry("compute_arguments")(
                tables["paths"][0], tables["thresholds"][0], instance.arguments, instance.seed
            )
        },
        "growth": lambda: {"growth": entry("compute_growth")(8, [0.5, 1.0], *instance.search.values(), instance.seed)},
    }

    def compute(again=()):
        for helper in ("_problems", "_minima", "_collapse"):
            monkeypatch.delitem(sys.modules, helper, raising=False)
        changed = {}
        for job in again:
            changed |= jobs[job]()
        return standings(metrics_of(tables, **changed).reset_index())

    return compute


def _minima(entry, tables, instance):
    """The curve's tables anew, those of the other problems as they were."""
    made = entry("compute_minima")("sine", [], None, instance.minima, instance.seed)
    return {name: [made[name], *tables[name][1:]] for name in ("paths", "baselines", "collapse")}


def test_the_ledger_without_an_error(verdicts):
    found = verdicts()
    for claim in ("shift_freezes", "comment_zero_weights", "answer1_cubic", "question_positive_definite_sufficient"):
        assert found[claim] == "holds", claim
    for claim in ("answer1_non_convex_step", "answer1_domain_must_exclude_copies", "answer3_dropout"):
        assert found[claim] == "fails", claim
    for claim in ("question_tikhonov_is_ivanov", "answer1_reflection"):
        assert found[claim] == "holds under", claim


def test_expansion_without_its_factor_two_does_not_predict_the_frozen_network(verdicts, monkeypatch):
    right = penalties.frozen_minimiser
    monkeypatch.setattr(penalties, "frozen_minimiser", lambda loss, centre, lam: right(loss, centre, lam / 2))
    assert verdicts(["minima"])["shift_freezes"] == "fails"


def test_a_penalty_that_is_left_out_collapses_nothing(verdicts, monkeypatch):
    def without(kind, lam, size, *, centre=None):
        return right(kind, 0.0, size, centre=centre)

    right = penalties.quadratic_penalty
    monkeypatch.setattr(penalties, "quadratic_penalty", without)
    found = verdicts(["minima"])
    assert found["comment_zero_weights"] == "fails"
    assert found["question_unique_minimum"] == "fails"


def test_penalty_gradient_without_its_factor_two_stops_elsewhere(verdicts, monkeypatch):
    def wrong(self, theta):
        offset = theta - self.centre
        return float(self.weights @ offset**2), self.weights * offset

    monkeypatch.setattr(penalties.QuadraticPenalty, "value_and_gradient", wrong)
    assert verdicts(["minima"])["shift_freezes"] == "fails"


def test_wrong_sign_of_the_penalty_in_the_definition_of_convexity_is_seen(verdicts, monkeypatch):
    def wrong(*points):
        margins = right(*points)
        return ChordMargins(margins.loss, -margins.penalty)

    right = chords.chord_margins
    monkeypatch.setattr(chords, "chord_margins", wrong)
    found = verdicts(["arguments"])
    assert found["answer1_non_convex_step"] == "holds"


def test_exchanging_outgoing_weights_only_makes_no_copy(verdicts, monkeypatch):
    def wrong(loss, theta, order):
        image = theta.copy()
        image[loss.layout.a] = theta[loss.layout.a][list(order)]
        return image

    monkeypatch.setattr(symmetries, "permuted", wrong)
    assert verdicts(["arguments"])["answer1_domain_must_exclude_copies"] == "holds"


def test_dropout_that_knows_the_order_of_the_neurons_keeps_them_apart(verdicts, monkeypatch):
    class Wrong(dropout.DropoutLoss):
        """An additional pull of each outgoing weight towards its place."""

        def value_and_gradient(self, theta):
            value, gradient = super().value_and_gradient(theta)
            offset = theta[self.layout.a] - [1.0 + place for place in range(self.width)]
            gradient[self.layout.a] += 20 * offset
            return value + 10 * float(offset @ offset), gradient

    monkeypatch.setattr(dropout, "DropoutLoss", Wrong)
    assert verdicts(["arguments"])["answer3_dropout"] == "holds"


def test_three_layers_taken_for_two_lose_the_counterexample(verdicts, monkeypatch):
    right = ivanov.product_loss
    monkeypatch.setattr(ivanov, "product_loss", lambda u, depth: right(2 * u / depth, 2))
    assert verdicts(["arguments"])["question_tikhonov_is_ivanov"] == "holds"


def test_threshold_without_its_half_is_not_that_of_the_cubic(verdicts, monkeypatch):
    right = threshold.convexity_threshold

    def wrong(*args, **options):
        found = right(*args, **options)
        return threshold.ConvexityThreshold(2 * found.lower, 2 * found.upper, found.worst_point, found.boxes)

    monkeypatch.setattr(threshold, "convexity_threshold", wrong)
    assert verdicts(["growth"])["answer1_cubic"] == "fails"
