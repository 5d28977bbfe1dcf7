"""What an experiment declares becomes paths of tables and figures."""

from types import SimpleNamespace

import pytest

from convexify_workflow.experiments import declare, each, figure, reads

SETTINGS = {
    "smoke": {"shared": {"rows": [{"name": "first"}, {"name": "second"}], "dataset": "digits"}},
    "default": {"shared": {"rows": [{"name": "only"}], "dataset": "mnist"}},
}


@pytest.fixture
def study():
    return declare(
        "study",
        "A study",
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
