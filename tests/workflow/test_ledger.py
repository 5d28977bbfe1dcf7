"""The ledger: verdicts follow the numbers and their intervals."""

import math

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from convexify_workflow.claims import check_claims, check_claims_file, check_figures
from convexify_workflow.ledger import COLUMNS, evaluate_claims, standing, verdict
from convexify_workflow.uncertainty import bound, exact, mean, not_reached, step_at_edge, table_of


def claim(comparison="<=", expected=1.0, tolerance=0.0, **more):
    test = {"metric": "gap", "comparison": comparison, "expected": expected, "tolerance": tolerance}
    return {"id": "e.c", "origin": "survey", "source": "s", "statement": "t", "measure": "m", "test": test, **more}


def rows(**metrics):
    metrics = {name: bound(value) if isinstance(value, float) else value for name, value in metrics.items()}
    return {row["metric"]: row for row in table_of("e", metrics).to_dict("records")}


def interval(low, high, n=5):
    return {"gap": {"kind": "estimate", "value": (low + high) / 2, "low": low, "high": high, "n": n, "unit": "seed"}}


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_flipping_a_measured_number_flips_the_verdict(expected, margin):
    margin = abs(margin) + 1e-3
    tested = claim(expected=expected)
    assert verdict(tested, rows(gap=expected - margin)) == "holds"
    assert verdict(tested, rows(gap=expected + margin)).startswith("fails")


@pytest.mark.parametrize(
    ("comparison", "inside", "outside"),
    [("<=", 1.05, 1.2), (">=", 0.95, 0.8), ("<", 1.05, 1.1), (">", 0.95, 0.9), ("==", 1.1, 1.2), ("!=", 1.2, 1.05)],
)
def test_comparison_counts_its_tolerance(comparison, inside, outside):
    tested = claim(comparison, expected=1.0, tolerance=0.1001 if comparison == "==" else 0.1)
    assert verdict(tested, rows(gap=inside)) == "holds"
    assert verdict(tested, rows(gap=outside)).startswith("fails")


@pytest.mark.parametrize(
    ("comparison", "holds", "fails", "undecided"),
    [
        ("<=", (0.2, 0.9), (1.1, 2.0), (0.5, 1.5)),
        (">", (1.1, 2.0), (0.2, 0.9), (0.5, 1.5)),
        ("==", (0.95, 1.05), (1.2, 1.4), (0.95, 1.2)),
        ("!=", (1.2, 1.4), (0.95, 1.05), (0.95, 1.2)),
    ],
)
def test_the_whole_interval_decides(comparison, holds, fails, undecided):
    tested = claim(comparison, expected=1.0, tolerance=0.1 if comparison in ("==", "!=") else 0.0)
    assert standing(verdict(tested, interval(*holds))) == "holds"
    assert standing(verdict(tested, interval(*fails))) == "fails"
    assert standing(verdict(tested, interval(*undecided))) == "undecided"


def test_undecided_says_how_many_units_would_decide():
    # Half width 0.5 from 5 seeds; 0.1 away from the threshold: 25 times as many.
    assert "about 125 would decide" in verdict(claim(), interval(0.6, 1.6))


def test_condition_counts_only_when_the_claim_fails():
    test = {"metric": "clean_gap", "comparison": "<=", "expected": 1.0}
    tested = claim(about="the fit", condition={"when": "labels are clean", "about": "the fit", "test": test})
    assert verdict(tested, rows(gap=0.0, clean_gap=9.0)) == "holds"
    assert verdict(tested, rows(gap=9.0, clean_gap=0.0)) == "holds under labels are clean (measured 0 for <= 1 then)"
    estimated = rows(gap=9.0) | {"clean_gap": interval(0.25, 0.75)["gap"]}
    told = "holds under labels are clean (measured 0.5 [0.25, 0.75], 5 seeds, for <= 1 then)"
    assert verdict(tested, estimated) == told
    assert verdict(tested, rows(gap=9.0, clean_gap=9.0)).startswith("fails")
    open_condition = rows(gap=9.0) | {"clean_gap": interval(0.5, 1.5)["gap"]}
    assert verdict(tested, open_condition).startswith("undecided (fails in general; under labels are clean: 5 seeds")


def test_failure_says_the_counterexample_or_the_number():
    assert verdict(claim(otherwise="x = (1, −1)"), rows(gap=2.0)) == "fails (x = (1, −1))"
    assert verdict(claim(), rows(gap=2.0)) == "fails (measured 2)"
    assert verdict(claim(), interval(1.5, 2.5)) == "fails (measured 2 [1.5, 2.5])"


def test_unmeasured_claim_is_not_tested_and_says_why():
    assert verdict(claim(), {}) == "not tested (gap is not measured at this scale)"
    assert verdict(claim(reason_if_untested="needs the paper scale"), {}) == "not tested (needs the paper scale)"
    assert verdict(claim(), rows(gap=not_reached(7, unit="run"))) == "not tested (not reached in any of 7 runs)"
    edge = rows(gap=step_at_edge(1, unit="method"))
    assert verdict(claim(), edge) == "not tested (best value at the edge of its grid: 1 method)"


def test_row_carries_every_column():
    table = evaluate_claims(
        [claim(paper_value=0.5, quote="it is small")], table_of("e", {"gap": mean([0.2, 0.3, 0.25], unit="seed")}), "e"
    )
    assert list(table.columns) == COLUMNS
    row = table.iloc[0]
    assert (row["measured"], row["expected"], row["paper_value"], row["verdict"]) == (0.25, 1.0, 0.5, "holds")
    assert (row["origin"], row["source"], row["quote"]) == ("survey", "s", "it is small")
    assert (row["kind"], row["n"], row["unit"]) == ("estimate", 3, "seed")


def test_paper_value_stays_empty_where_none_was_read():
    table = evaluate_claims([claim()], table_of("e", {"gap": exact(0.25, tolerance=0)}), "e")
    assert math.isnan(table["paper_value"].iloc[0])


@pytest.fixture
def project(tmp_path):
    """A project with one experiment; returns a function that checks a claim about a metric."""
    (tmp_path / "scripts" / "e").mkdir(parents=True)
    (tmp_path / "scripts" / "e" / "metrics.py").write_text('return {"gap": 1}')
    (tmp_path / "scripts" / "e" / "_parts.py").write_text('return {"violation": 1}')
    (tmp_path / "reports" / "expected" / "paper").mkdir(parents=True)
    pd.DataFrame({"metric": ["gap_width_9"]}).to_csv(tmp_path / "reports" / "expected" / "paper" / "e.csv")

    def check(metric, **more):
        tested = claim(**more)
        tested["test"]["metric"] = metric
        (tmp_path / "claims.yaml").write_text(yaml.safe_dump([tested]))
        check_claims_file(tmp_path / "claims.yaml", "e", tmp_path)

    return check


def test_claim_about_a_metric_that_no_scale_writes_is_refused_before_anything_runs(project):
    project("gap")
    project("violation")  # of a helper of metrics.py
    project("gap_width_9")
    with pytest.raises(ValueError, match=r"claims\.yaml: e\.c: metric gapp: expected one that the experiment writes"):
        project("gapp")
    test = {"metric": "gpa", "comparison": "<", "expected": 1.0}
    with pytest.raises(ValueError, match=r"metric gpa"):
        project("gap", about="it", condition={"when": "x", "about": "it", "test": test})
    with pytest.raises(ValueError, match=r"claims\.yaml: e: claim e\.c: metric: expected a name, got None"):
        project(None)


def test_expectations_without_metrics_are_named(project, tmp_path):
    file = tmp_path / "reports" / "expected" / "paper" / "e.csv"
    file.write_text("garbage")
    with pytest.raises(ValueError, match=r"e\.csv: expected a table with the column metric"):
        project("gap")


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ([], "non-empty list"),
        ([{"id": "e.c"}], "expected the keys"),
        ([{**claim(), "verdict": "holds"}], "unknown keys verdict"),
        ([{key: value for key, value in claim().items() if key != "origin"}], "claim e.c: expected the keys origin"),
        ([claim(origin="the survey")], "claim e.c: origin: expected one of survey, thread, .*; got 'the survey'"),
        ([claim(source=" ")], "claim e.c: source: expected text, got ' '"),
        ([claim(quote=None)], "claim e.c: quote: expected text, got None"),
        ([{**claim(), "id": "other.c"}], "starts with 'e.'"),
        ([claim(), claim()], "stands twice"),
        ([claim(comparison="=<")], "comparison"),
        ([claim(expected="1e-3")], "write 1.0e-3"),
        ([claim(condition={"when": "x"})], "condition"),
        (
            [
                claim(
                    about="the sampled program",
                    condition={
                        "when": "x",
                        "about": "the exact program",
                        "test": {"metric": "gap", "comparison": "<", "expected": 1.0},
                    },
                )
            ],
            "about: expected what the claim is about, 'the sampled program'; got 'the exact program'",
        ),
        ([claim(expected=math.nan)], "finite"),
        ([{**claim(), "id": 5}], "claim 5: expected an id that starts with 'e.'"),
        ([claim(comparison=["<"])], r"claim e.c: comparison: expected one of .*; got \['<'\]"),
        ([claim(statement=3)], "claim e.c: statement: expected text, got 3"),
        ([claim(paper_value="about 2")], "claim e.c: paper_value: expected a number, got 'about 2'"),
        ([claim(paper_value=math.inf)], "claim e.c: paper_value: expected a finite number"),
        (
            [
                claim(
                    about="it",
                    condition={"when": 1, "about": "it", "test": {"metric": "gap", "comparison": "<", "expected": 1.0}},
                )
            ],
            "claim e.c: when: expected text, got 1",
        ),
    ],
)
def test_malformed_claims_are_refused_by_name(claims, message):
    with pytest.raises(ValueError, match=message):
        check_claims(claims, "e")


def test_a_claim_names_a_figure_of_its_experiment_or_says_why_it_has_none():
    for figure in (None, "norms", "none: a closed form"):
        check_figures([claim(figure=figure)], "study", {"norms": 1})
    with pytest.raises(ValueError, match="figure: expected one of norms or 'none: <why>', got 'norm'"):
        check_figures([claim(figure="norm")], "study", {"norms": 1})
