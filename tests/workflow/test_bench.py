"""The benchmarks' own account: what they count as wrong, and which rows they keep."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from builds import ROOT
from test_project import load_script

from convexify.convex_relu import solve

BENCH = ROOT / "scripts" / "bench"


@pytest.fixture(scope="module")
def stress():
    sys.path.insert(0, str(BENCH))
    yield load_script(BENCH / "stress.py")
    sys.path.remove(str(BENCH))


@pytest.fixture(scope="module")
def whole_data():
    sys.path.insert(0, str(BENCH))
    yield load_script(BENCH / "whole_data.py")
    sys.path.remove(str(BENCH))


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_are_solved_and_a_gap_is_found_anew(stress, seed):
    row = stress.run((seed, 20.0))
    assert row["within"] or row["above_and_said"]
    assert row["violation"] < 1e-12


@pytest.mark.parametrize("gated", [True, False])
def test_an_answer_that_claims_too_much_is_found_out(stress, gated):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 3)), rng.standard_normal((30, 1))
    patterns = X @ rng.standard_normal((3, 8)) >= 0
    answer = solve(X, y, patterns, 0.5, gated=gated, tol=1e-6)
    facts = {"loss": "squared", "gated": gated}
    gap, outside = stress.independent_gap(X, y, patterns, 0.5, answer, facts)
    assert gap <= 1.001e-6
    assert outside < 1e-12
    worse = SimpleNamespace(v=1.1 * answer.v, w=answer.w, nu=answer.nu)
    assert stress.independent_gap(X, y, patterns, 0.5, worse, facts)[0] > 1e-4
    infeasible = SimpleNamespace(v=answer.v, w=answer.w, nu=2 * answer.nu)
    assert stress.independent_gap(X, y, patterns, 0.5, infeasible, facts)[0] <= 1.001e-6  # scaled back
    elsewhere = SimpleNamespace(v=answer.v, w=answer.w, nu=answer.nu + 0.1 * y)
    assert stress.independent_gap(X, y, patterns, 0.5, elsewhere, facts)[0] > 1e-4
    if not gated:
        flipped = SimpleNamespace(v=-answer.v, w=answer.w, nu=answer.nu)
        assert stress.independent_gap(X, y, patterns, 0.5, flipped, facts)[1] > 1e-3


def test_an_answer_above_its_tolerance_without_a_word_is_counted(stress, monkeypatch):
    def careless(X, y, patterns, beta, **options):
        answer = solve(X, y, patterns, beta, **options)
        return SimpleNamespace(v=answer.v, w=answer.w, nu=0.5 * answer.nu, gap=0.0)

    monkeypatch.setattr(stress, "solve", careless)
    rows = [stress.run((seed, 20.0)) for seed in range(6)]
    assert any(row["above_unsaid"] for row in rows)


def test_rows_of_programs_that_are_not_run_again_are_kept(whole_data, tmp_path, monkeypatch):
    def rows(task, gap):
        return pd.DataFrame({"task": task, "form": "gated", "share": 0.1, "device": "cpu", "gap": [1.0, gap]})

    monkeypatch.setattr(whole_data, "TABLE", tmp_path / "whole_data.csv")
    first = whole_data.merged(pd.concat([rows("mnist_odd_even", 0.1), rows("mnist_ten", 0.2)]))
    first.to_csv(whole_data.TABLE, index=False)
    again = whole_data.merged(rows("mnist_ten", 0.3))
    assert again.groupby("task")["gap"].last().to_dict() == {"mnist_odd_even": 0.1, "mnist_ten": 0.3}
    assert len(again) == 4


def test_the_tables_of_the_repository_say_what_the_text_says():
    tables = ROOT / "reports" / "benchmarks"
    stress = pd.read_csv(tables / "stress.csv")
    assert stress["programs"].sum() == 2000
    assert stress["above_unsaid"].sum() == 0
    penalties = pd.read_csv(tables / "penalties.csv")
    assert penalties.loc[penalties["solver"] == "convexify", "relative_gap"].max() <= 1e-6
