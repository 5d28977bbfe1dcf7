"""The page that sets methods side by side shows what was measured on the same samples, where it was."""

import pandas as pd
import pytest

from convexify_workflow.site.comparison import comparison_of, comparison_table
from convexify_workflow.site.pages import methods_page

LEDGER = pd.DataFrame(columns=["claim", "experiment"])
ENTRY = {
    "method": "A way", "convexified": "a", "condition": "b", "guarantee": "c", "cost": "d", "certificate": "e",
    "claims": [], "figure": "study/norms", "compared": ["sampled", "planted filter"],
}  # fmt: skip


@pytest.fixture
def comparison():
    measured = {
        "dataset": "mnist", "draws": 5, "test_error": 0.05, "low": -0.01, "high": 0.11, "objective": 0.123,
        "nominal": 1200.0, "active": 300.0, "trials": 11.0,
        "cost": 42.0, "cost_unit": "iterations", "largest_gap": 1e-4, "note": "",
    }  # fmt: skip
    absent = dict.fromkeys(measured, float("nan")) | {"dataset": "mnist", "draws": 0, "note": "does not apply: <why>"}
    return pd.DataFrame(
        [
            {"method": "sampled"} | measured,
            {"method": "CCNN-1"} | measured | {"cost": float("nan")},
            {"method": "planted filter"} | absent,
        ]
    )


def test_table_shows_numbers_and_says_what_does_not_apply(comparison):
    shown = comparison_table(comparison)
    assert "5.0%" in shown
    assert "[0.0%, 11.0%], 5 draws" in shown
    assert "42 iterations" in shown
    assert "<td class='number'>11</td>" in shown
    assert "<td class='number'>none</td>" in shown
    assert "does not apply: &lt;why&gt;" in shown
    assert shown.count("MNIST") == 3


def test_page_shows_the_table_and_each_way_its_own_rows(comparison):
    shown = methods_page(LEDGER, [ENTRY], comparison)
    assert shown.count("convex, sampled patterns") == 2
    assert shown.count("CCNN-1") == 1
    assert "On the same samples" not in methods_page(LEDGER, [ENTRY], pd.DataFrame())


def test_table_is_found_among_what_is_built(comparison, tmp_path):
    path = tmp_path / "comparison.parquet"
    comparison.to_parquet(path)
    assert len(comparison_of([{"tables": ["a/metrics.csv"]}, {"tables": [str(path)]}])) == 3
    assert comparison_of([{"tables": []}]).empty
