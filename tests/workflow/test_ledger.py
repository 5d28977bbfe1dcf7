"""The ledger: verdicts follow the numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify_workflow.ledger import COLUMNS, check_claims, judge, verdict


def claim(comparison="<=", expected=1.0, tolerance=0.0, **more):
    test = {"metric": "gap", "comparison": comparison, "expected": expected, "tolerance": tolerance}
    return {"id": "e.c", "source": "s", "statement": "t", "measure": "m", "test": test, **more}


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_flipping_a_measured_number_flips_the_verdict(expected, margin):
    margin = abs(margin) + 1e-3
    tested = claim(expected=expected)
    assert verdict(tested, {"gap": expected - margin}) == "holds"
    assert verdict(tested, {"gap": expected + margin}).startswith("fails")


@pytest.mark.parametrize(
    ("comparison", "inside", "outside"),
    [("<=", 1.05, 1.2), (">=", 0.95, 0.8), ("<", 1.05, 1.1), (">", 0.95, 0.9), ("==", 1.1, 1.2), ("!=", 1.2, 1.05)],
)
def test_comparison_counts_its_tolerance(comparison, inside, outside):
    tested = claim(comparison, expected=1.0, tolerance=0.1001 if comparison == "==" else 0.1)
    assert verdict(tested, {"gap": inside}) == "holds"
    assert verdict(tested, {"gap": outside}).startswith("fails")


def test_condition_counts_only_when_the_claim_fails():
    condition = {"when": "labels are clean", "test": {"metric": "clean_gap", "comparison": "<=", "expected": 1.0}}
    tested = claim(condition=condition)
    assert verdict(tested, {"gap": 0.0, "clean_gap": 9.0}) == "holds"
    assert verdict(tested, {"gap": 9.0, "clean_gap": 0.0}) == "holds under labels are clean"
    assert verdict(tested, {"gap": 9.0, "clean_gap": 9.0}).startswith("fails")


def test_failure_says_the_counterexample_or_the_number():
    assert verdict(claim(otherwise="x = (1, −1)"), {"gap": 2.0}) == "fails (x = (1, −1))"
    assert verdict(claim(), {"gap": 2.0}) == "fails (measured 2)"


def test_unmeasured_claim_is_not_tested_and_says_why():
    assert verdict(claim(), {}) == "not tested (gap is not measured at this scale)"
    assert verdict(claim(reason_if_untested="needs the paper scale"), {"gap": math.nan}) == (
        "not tested (needs the paper scale)"
    )


def test_row_carries_every_column():
    table = judge([claim(paper_value=0.5)], {"gap": 0.25}, "e")
    assert list(table.columns) == COLUMNS
    row = table.iloc[0]
    assert (row["measured"], row["expected"], row["paper_value"], row["verdict"]) == (0.25, 1.0, 0.5, "holds")


def test_paper_value_stays_empty_where_none_was_read():
    assert math.isnan(judge([claim()], {"gap": 0.25}, "e")["paper_value"].iloc[0])


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ([], "non-empty list"),
        ([{"id": "e.c"}], "expected the keys"),
        ([{**claim(), "verdict": "holds"}], "unknown keys verdict"),
        ([{**claim(), "id": "other.c"}], "starts with 'e.'"),
        ([claim(), claim()], "stands twice"),
        ([claim(comparison="=<")], "comparison"),
        ([claim(expected="1e-3")], "write 1.0e-3"),
        ([claim(condition={"when": "x"})], "condition"),
    ],
)
def test_malformed_claims_are_refused_by_name(claims, message):
    with pytest.raises(ValueError, match=message):
        check_claims(claims, "e")
