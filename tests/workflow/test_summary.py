"""The end of a build: verdicts counted, changes told, nothing said of what was not built."""

import pandas as pd
import pytest

from convexify_workflow.summary import MOST, REMEMBERED, start, summary

ALL = {"ledger", "website", "build_report"}


@pytest.fixture
def build(tmp_path):
    """Function that writes a ledger and returns what the build says."""

    def told(verdicts, made=ALL):
        (tmp_path / "smoke").mkdir(exist_ok=True)
        table = pd.DataFrame({"claim": list(verdicts), "verdict": list(verdicts.values())})
        table.to_csv(tmp_path / "smoke" / "ledger.csv", index=False)
        return summary("smoke", made, folder=tmp_path)

    return told


def test_first_build_counts_verdicts_and_says_where_to_look(build, tmp_path):
    said = build({"a": "holds", "b": "fails (x)", "c": "holds"}).splitlines()
    assert said[0] == "Of 3 claims 2 hold, 1 fail."
    assert [line.split()[-1] for line in said[1:]] == [
        str(tmp_path / "smoke" / name) for name in ("site/index.html", "ledger.csv", "report.html")
    ]


def test_changed_verdicts_are_told_and_changed_numbers_are_not(build):
    build({"a": "holds", "b": "fails (measured 1)", "old": "holds"})
    said = build({"a": "undecided (3 seeds)", "b": "fails (measured 2)", "new": "holds"})
    assert "since the last build: 1; new claims: 1; claims that are gone or not built: 1." in said
    assert "  a: holds before, now undecided\n" in said
    assert "b:" not in said
    assert "since the last build: none." in build(
        {"a": "undecided (3 seeds)", "b": "fails (measured 2)", "new": "holds"}
    )


def test_many_changes_are_counted(build):
    build({f"c{k}": "holds" for k in range(MOST + 5)})
    assert "  and 5 more" in build({f"c{k}": "fails (x)" for k in range(MOST + 5)})


def test_of_a_part_no_verdict_is_told_and_the_last_ledger_is_kept(build, tmp_path):
    build({"a": "holds"})
    kept = (tmp_path / "smoke" / REMEMBERED).read_text()
    said = build({"a": "fails (x)"}, made={"study_metrics"})
    assert "no verdict is told" in said
    assert "claims" not in said
    assert "fail" not in said
    assert (tmp_path / "smoke" / REMEMBERED).read_text() == kept
    assert "site" not in build({"a": "fails (x)"}, made={"ledger"})


def test_the_start_counts_jobs_by_experiment():
    rules = ["a_compute_x", "a_metrics", "ab_metrics", "ledger"]
    assert start("smoke", ["a", "ab"], rules) == "To do at the scale smoke: 4 jobs (a 2, ab 1, of no experiment 1)."
    assert start("smoke", ["a"], ["ledger"]) == "To do at the scale smoke: 1 job (of no experiment 1)."
