"""The README tells the truth: its example runs, its experiments are those that exist."""

import re
from pathlib import Path

import pytest

from convexify_workflow.readme import with_tables

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_example_runs_and_shows_a_zero_gap(capsys):
    exec(re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1), {})
    dual, convex, path, proof, trained = capsys.readouterr().out.splitlines()
    bound, attained = map(float, dual.split())
    assert abs(bound - attained) <= 1e-8 * attained
    _, gap, violation = map(float, convex.split())
    assert 0 <= gap <= 1e-6
    assert violation <= 1e-9
    assert path == re.search(r"print\(path.n_active\)  # (.*)", README)[1]
    assert 0 <= float(proof) <= 1e-6
    objective, gap, exact = trained.split()
    assert abs(float(objective) - 90.5494) <= 1e-3
    assert 0 <= float(gap) <= 1e-4
    assert exact == "True"


def test_table_names_every_experiment():
    named = set(re.findall(r"^\| `(\w+)` \| .*\?", README, re.MULTILINE))
    assert named == {rules.parent.name for rules in (ROOT / "workflow" / "experiments").glob("*/rules.smk")}


def test_findings_and_panels_are_those_that_are_recorded():
    assert with_tables(README, ROOT) == README
    conditional = [line for line in README.splitlines() if "**holds under**" in line]
    assert conditional
    assert all("; under that condition: " in line for line in conditional)
    with pytest.raises(ValueError, match="expected the marks"):
        with_tables("no marks", ROOT)
