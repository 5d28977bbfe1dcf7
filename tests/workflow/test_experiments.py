"""What an experiment declares becomes paths of tables and figures."""

from types import SimpleNamespace

import pytest

from convexify_workflow.declarations import compute, each, figure, reads
from convexify_workflow.experiments import declare

SETTINGS = {
    "smoke": {"shared": {"rows": [{"name": "first"}, {"name": "second"}], "dataset": "digits"}},
    "default": {"shared": {"rows": [{"name": "only"}], "dataset": "mnist"}},
}


@pytest.fixture
def study():
    return declare(
        "study",
        "A study",
        {
            "norms": compute("norms of each", data="shared.dataset", settings=["dual"], writes=["norms", "times.csv"]),
            "runs": compute("runs", reads=reads("norms"), data="data/{row}.npz", writes=["runs_{row}"], runtime=60),
        },
        reads("norms", cells="map", times="times.csv", real=each("real_{row}", "shared.rows"), settings=["dual"]),
        {
            "plain": figure("Plain", reads("norms")),
            "errors": figure("Errors", reads("norms"), over=each("errors_{row}", "shared.rows")),
        },
        SETTINGS,
    )


def test_tables_are_inputs_by_argument_name(study):
    inputs = study.inputs(study.metrics)
    assert inputs["norms"] == "results/{scale}/study/norms.parquet"
    assert inputs["cells"] == "results/{scale}/study/map.parquet"
    assert inputs["times"] == "results/{scale}/study/times.csv"
    assert study.metrics.sections == ("dual",)


def test_repeated_tables_follow_the_setting_of_the_scale(study):
    real = study.inputs(study.metrics)["real"]
    assert real(SimpleNamespace(scale="smoke")) == [
        "results/smoke/study/real_first.parquet",
        "results/smoke/study/real_second.parquet",
    ]
    assert real(SimpleNamespace(scale="default")) == ["results/default/study/real_only.parquet"]


def test_repeated_figures_follow_the_setting_too(study):
    assert study.figure_paths("smoke") == [
        "reports/smoke/study/plain.png",
        "reports/smoke/study/errors_first.png",
        "reports/smoke/study/errors_second.png",
    ]
    assert study.figures["errors"].file == "errors_{row}"


def test_a_single_name_is_a_list_of_one():
    assert each("{dataset}_dual", "shared.dataset").expand(SETTINGS["smoke"]) == ["digits_dual"]


def test_compute_jobs_have_outputs_data_and_a_log_of_their_own(study):
    norms, runs = study.jobs["norms"], study.jobs["runs"]
    assert study.outputs(norms) == {
        "norms": "results/{scale}/study/norms.parquet",
        "times": "results/{scale}/study/times.csv",
    }
    assert study.outputs(runs) == {"runs": "results/{scale}/study/runs_{row}.parquet"}
    assert (norms.log_name, runs.log_name) == ("compute_norms", "compute_runs_{row}")
    assert study.data_of(norms)["data"](SimpleNamespace(scale="smoke")) == "data/prepared/digits.npz"
    assert study.data_of(runs) == {"data": "data/{row}.npz"}
    assert study.inputs(runs.reads) == {"norms": "results/{scale}/study/norms.parquet"}
    assert (norms.runtime, runs.runtime) == (30, 60)


def test_the_site_is_told_which_rule_makes_what_and_what_a_figure_is_drawn_from(study):
    told = study.describe("smoke")
    assert told["rules"] == [
        ("compute_norms", ["data/prepared/digits.npz"], ["norms.parquet", "times.csv"]),
        ("compute_runs", ["data/{row}.npz", "norms.parquet"], ["runs_{row}.parquet"]),
        ("metrics", ["norms.parquet", "map.parquet", "times.csv", "real_{row}.parquet"], ["metrics.csv"]),
        ("figure_plain", ["norms.parquet"], ["plain.png"]),
        ("figure_errors", ["norms.parquet"], ["errors_{row}.png"]),
    ]
    assert [figure["file"] for figure in told["figures"]] == ["plain", "errors_first", "errors_second"]
    assert told["figures"][0]["tables"] == ["results/smoke/study/norms.parquet"]
    assert "results/smoke/study/real_second.parquet" in told["tables"]
    assert told["tables"][0] == "results/smoke/study/metrics.csv"


def test_tables_of_a_repeated_figure_are_those_of_its_wildcard():
    drawn = figure("Runs", reads(runs="runs_{row}"), over=each("runs_{row}", "shared.rows"))
    told = declare("study", "A study", {}, reads(), {"runs": drawn}, SETTINGS).describe("smoke")
    assert told["figures"][1]["tables"] == ["results/smoke/study/runs_second.parquet"]
