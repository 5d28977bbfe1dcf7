"""The job runner: named arguments in, whole files out."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from convexify_workflow.files import read, write
from convexify_workflow.job import perform as run


class Named(list):
    """Stand-in for Snakemake's list with names."""

    def __init__(self, **entries):
        super().__init__(entries.values())
        self._entries = entries

    def items(self):
        return self._entries.items()

    def get(self, name):
        return self._entries.get(name)


def job(tmp_path, *, outputs, inputs=None, params=None, wildcards=None):
    return SimpleNamespace(
        input=Named(**(inputs or {})),
        output=Named(**{name: str(tmp_path / file) for name, file in outputs.items()}),
        params=Named(**(params or {})),
        wildcards=Named(**(wildcards or {})),
        log=[str(tmp_path / "job.log")],
        rule="a_rule",
    )


def test_function_gets_inputs_settings_params_and_wildcards_by_name(tmp_path):
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "in.parquet")
    seen = {}

    def compute(table, dataset, *, depths, seed):
        seen.update(table=table, dataset=dataset, depths=depths, seed=seed)
        return pd.DataFrame({"b": [1.5]})

    run(
        job(
            tmp_path,
            inputs={"table": str(tmp_path / "in.parquet"), "code": "absent.py"},
            outputs={"table": "out.parquet"},
            params={"settings": {"depths": [2, 3], "unused": 1}, "seed": 7},
            wildcards={"dataset": "digits", "scale": "smoke"},
        ),
        compute,
    )
    assert seen["table"]["a"].tolist() == [1, 2]
    assert (seen["dataset"], seen["depths"], seen["seed"]) == ("digits", [2, 3], 7)
    assert pd.read_parquet(tmp_path / "out.parquet")["b"].tolist() == [1.5]


def test_missing_argument_names_it_and_the_rule(tmp_path):
    with pytest.raises(TypeError, match="compute needs depths; rule a_rule offers seed"):
        run(job(tmp_path, outputs={"t": "o.csv"}, params={"seed": 1}), lambda_named("compute"))


def lambda_named(name):
    def function(depths):
        return depths

    function.__name__ = name
    return function


def test_dict_of_outputs_is_written_by_name(tmp_path):
    def compute():
        return {"table": pd.DataFrame({"a": [1]}), "facts": {"x": 1}}

    run(job(tmp_path, outputs={"table": "t.csv", "facts": "f.json"}), compute)
    assert read(tmp_path / "t.csv")["a"].tolist() == [1]
    assert read(tmp_path / "f.json") == {"x": 1}


def test_wrong_outputs_are_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(TypeError, match="expected a dict with the outputs"):
        run(job(tmp_path, outputs={"table": "t.csv", "facts": "f.json"}), lambda: {"table": pd.DataFrame()})
    assert not list(tmp_path.glob("*.csv"))


def test_function_with_default_values_is_refused(tmp_path):
    def compute(seed, device="cpu"):
        return pd.DataFrame()

    with pytest.raises(TypeError, match=r"compute: expected no default values.*got device"):
        run(job(tmp_path, outputs={"t": "o.csv"}, params={"seed": 1, "device": "cuda"}), compute)


def test_name_that_is_offered_twice_is_refused(tmp_path):
    params = {"settings": {"dataset": "digits"}, "seed": 1}
    with pytest.raises(TypeError, match="offers dataset twice"):
        run(job(tmp_path, outputs={"t": "o.csv"}, params=params, wildcards={"dataset": "iris"}), lambda_named("f"))


def test_many_settings_come_as_one_object_and_device_is_resolved(tmp_path):
    seen = {}

    def compute(settings, device):
        seen.update(settings=settings, device=device)
        return pd.DataFrame({"a": [1]})

    params = {"settings": {"depths": [2], "width": 3}, "device": "cpu", "script": "compute.py"}
    run(job(tmp_path, outputs={"t": "o.csv"}, params=params), compute)
    assert (seen["settings"].depths, seen["settings"].width, seen["device"]) == ([2], 3, "cpu")


@pytest.mark.parametrize("name", ["a.parquet", "a.json", "a.npz", "a.yaml", "a.csv"])
def test_unreadable_input_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x00{")
    with pytest.raises(ValueError, match=f"(?s){name} cannot be read .*delete it and run again"):
        read(tmp_path / name)


def test_table_that_ends_within_a_line_is_named(tmp_path):
    (tmp_path / "gaps.csv").write_text("n,gap\n1,0.5\n2,")
    with pytest.raises(ValueError, match=r"(?s)gaps.csv cannot be read \(it ends within a line\): delete it"):
        read(tmp_path / "gaps.csv")


def test_failed_write_leaves_neither_the_file_nor_a_part(tmp_path):
    with pytest.raises(TypeError):
        write(tmp_path / "table.parquet", 3.0)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_write_left_goes_with_the_next_one(tmp_path):
    left, other = tmp_path / ".gaps [1].4242.part.csv", tmp_path / ".gaps.4242.part.csv"
    left.write_text("half")
    other.write_text("of another table")
    write(tmp_path / "gaps [1].csv", pd.DataFrame({"gap": [1.0]}))
    assert sorted(tmp_path.iterdir()) == sorted([other, tmp_path / "gaps [1].csv"])


def test_failed_write_keeps_the_former_file(tmp_path):
    write(tmp_path / "f.json", {"x": 1})
    with pytest.raises(TypeError):
        write(tmp_path / "f.json", {"x": object()})
    assert read(tmp_path / "f.json") == {"x": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["f.json"]


def test_error_stands_in_the_log_and_is_raised(tmp_path):
    def compute():
        print("working")
        raise ValueError("gamma: expected at least 0, got -1")

    with pytest.raises(ValueError, match="gamma"):
        run(job(tmp_path, outputs={"t": "o.csv"}), compute)
    log = (tmp_path / "job.log").read_text()
    assert "working" in log
    assert "gamma: expected at least 0" in log


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_figures_are_the_same_bytes_twice(tmp_path, suffix):
    for name in ("a", "b"):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3], label="x")
        axes.legend()
        write(tmp_path / f"{name}{suffix}", figure)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
