"""Verification: noise is no miss, a difference is, and nothing that cannot be read is passed over."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from convexify_workflow.uncertainty import bound, exact, mean, not_reached, share, table_of
from convexify_workflow.verify import changed_outputs, compare, compare_verdicts, read_metrics, read_verdicts, record

RNG = np.random.default_rng(0)
METRICS = {
    "optimum": exact(0.25, tolerance=1e-9),
    "loss": mean(RNG.normal(1.0, 0.1, 10), unit="seed"),
    "reached": share(30, 40, unit="start"),
    "worst": bound(7.0),
}


def result(metric, got, expected=None, estimates=100):
    table = compare(table_of("e", {**METRICS, **got}), table_of("e", expected or METRICS), estimates)
    return table.set_index("metric")["result"][metric]


def test_the_same_build_agrees():
    table = compare(table_of("e", METRICS), table_of("e", METRICS), 2)
    assert set(table["result"]) == {"agrees", "not compared"}


def test_exact_numbers_may_differ_by_both_tolerances():
    assert result("optimum", {"optimum": exact(0.25 + 1.9e-9, tolerance=1e-9)}) == "agrees"
    assert result("optimum", {"optimum": exact(0.25 + 2.1e-9, tolerance=1e-9)}) == "MISS"


def test_another_seed_is_no_miss_and_another_number_is():
    another = np.random.default_rng(1)
    assert result("loss", {"loss": mean(another.normal(1.0, 0.1, 10), unit="seed")}) == "agrees"
    assert result("loss", {"loss": mean(another.normal(2.0, 0.1, 10), unit="seed")}) == "MISS"
    assert result("reached", {"reached": share(26, 40, unit="start")}) == "agrees"
    assert result("reached", {"reached": share(3, 40, unit="start")}) == "MISS"


@pytest.mark.parametrize("n", [3, 5, 12])
def test_false_alarms_stay_within_the_family_wise_error(n):
    rng = np.random.default_rng(n)
    family, alarms = 50, 0
    for _ in range(40):
        sets = [{str(k): mean(rng.normal(size=n), unit="seed") for k in range(family)} for _ in range(2)]
        first, second = (table_of("e", metrics) for metrics in sets)
        alarms += (compare(first, second, family)["result"] == "MISS").any()
    assert alarms <= 3  # 1 % of 40 families; 4 or more have probability 1e-3


def test_bound_is_never_compared_by_its_digits():
    assert result("worst", {"worst": bound(1e9)}) == "not compared"


def test_missing_new_and_changed_kinds_are_told():
    fewer = {name: metric for name, metric in METRICS.items() if name != "loss"}
    table = compare(table_of("e", {**fewer, "extra": bound(1.0)}), table_of("e", METRICS), 2)
    assert table.set_index("metric")["result"][["loss", "extra"]].tolist() == ["MISSING", "new"]
    assert result("optimum", {"optimum": bound(0.25)}) == "MISS"
    assert result("loss", {"loss": not_reached(10, unit="seed")}) == "not compared"


def test_identical_repetitions_agree_up_to_rounding_only():
    same = {"loss": mean([1.0] * 5, unit="seed")}
    assert result("loss", {"loss": mean([1.0 + 1e-10] * 5, unit="seed")}, {**METRICS, **same}) == "agrees"
    assert result("loss", {"loss": mean([1.001] * 5, unit="seed")}, {**METRICS, **same}) == "MISS"


def test_a_verdict_may_become_undecided_but_not_its_opposite():
    expected = pd.DataFrame({"claim": list("abcd"), "verdict": ["holds", "fails", "holds", "undecided"]})
    got = expected.assign(verdict=["fails (x)", "holds under y", "undecided (n)", "undecided (more)"])
    changes = compare_verdicts(got, expected).set_index("claim")["result"]
    assert changes.to_dict() == {"a": "MISS", "b": "MISS", "c": "changed"}
    gone = compare_verdicts(got[got["claim"] != "a"], expected).set_index("claim")["result"]
    assert gone["a"] == "MISSING"


def test_recorded_expectations_are_read_back(tmp_path):
    table = table_of("e", METRICS)
    ledger = pd.DataFrame({"claim": ["e.a", "e.b"], "experiment": "e", "verdict": ["holds under x", "fails (1)"]})
    record({"e": table}, ledger, tmp_path)
    pd.testing.assert_frame_equal(read_metrics(tmp_path / "e.csv"), table)
    assert pd.read_csv(tmp_path / "verdicts.csv")["verdict"].tolist() == ["holds under", "fails"]
    other = pd.DataFrame({"claim": ["f.a"], "experiment": "f", "verdict": ["holds"]})
    record({"f": table}, other, tmp_path)
    assert pd.read_csv(tmp_path / "verdicts.csv")["claim"].tolist() == ["e.a", "e.b", "f.a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read .*delete it and run again"),
        ("metric,wert\ngap,1\n", "missing kind, value"),
        ("metric,kind,value,low,high,n,unit\n,bound,1,,,1,none\n", "a name in every row"),
        ("metric,kind,value,low,high,n,unit\n", "at least one row"),
        ("metric,kind,value,low,high,n,unit\na,bound,1,,,1,none\na,bound,1,,,1,none\n", "a stands twice"),
        ("metric,kind,value,low,high,n,unit\na,guess,1,,,1,none\n", "metric a: kind: .*got 'guess'"),
        ("metric,kind,value,low,high,n,unit\na,exact,,0,1,1,none\n", "metric a: value: expected a finite number"),
        ("metric,kind,value,low,high,n,unit\na,estimate,1,0,inf,3,seed\n", "metric a: high: expected a finite"),
        ("metric,kind,value,low,high,n,unit\na,exact,1,2,0,1,none\n", "metric a: expected low <= value <= high"),
        ("metric,kind,value,low,high,n,unit\na,exact,1,2,3,1,none\n", "metric a: expected low <= value <= high"),
        ("metric,kind,value,low,high,n,unit\na,bound,1,,,many,none\n", "metric a: n: expected a number of units"),
    ],
)
def test_unreadable_metrics_are_refused_by_name(tmp_path, text, message):
    file = tmp_path / "metrics.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=f"metrics.csv: .*{message}"):
        read_metrics(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read .*delete it and run again"),
        ("\x00\x01", "."),
        ("claim,answer\na,holds\n", "missing verdict"),
        ("claim,verdict\na,holds\na,fails\n", "claim a stands twice"),
        ("claim,verdict\na,perhaps\n", "claim a: expected one of .*got 'perhaps'"),
        ("claim,verdict\na\n", "claim a: expected one of"),
    ],
)
def test_unreadable_verdicts_are_refused_by_name(tmp_path, text, message):
    file = tmp_path / "verdicts.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=f"verdicts.csv: .*{message}"):
        read_verdicts(file)


def test_outputs_that_changed_since_the_build_are_named(tmp_path):
    folder = tmp_path / "reports" / "smoke"
    folder.mkdir(parents=True)
    kept, emptied = b"figure", b"other"
    (folder / "a.png").write_bytes(kept)
    (folder / "b.png").write_bytes(b"")
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in (("a", kept), ("b", emptied), ("c", b"gone"))}
    outputs = {f"reports/smoke/{name}.png": digest for name, digest in digests.items()}
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}))
    assert changed_outputs(tmp_path, "smoke") == {"reports/smoke/b.png": "changed", "reports/smoke/c.png": "missing"}
