"""Verification: a miss is a miss, and recording keeps what people wrote."""

import pandas as pd
import pytest

from convexify_workflow.verify import compare, record


@pytest.fixture
def files(tmp_path):
    metrics, expected = tmp_path / "metrics.csv", tmp_path / "expected" / "e.csv"
    pd.DataFrame({"metric": ["gap", "rate"], "value": [1e-9, 0.5]}).to_csv(metrics, index=False)
    record(metrics, expected)
    return metrics, expected


def verdicts(files):
    return compare(*files).set_index("metric")["verdict"].to_dict()


def test_recorded_metrics_agree(files):
    assert verdicts(files) == {"gap": "ok", "rate": "ok"}


def test_changed_metric_is_a_miss(files):
    pd.DataFrame({"metric": ["gap", "rate"], "value": [1e-9, 0.6]}).to_csv(files[0], index=False)
    assert verdicts(files) == {"gap": "ok", "rate": "MISS"}


def test_metric_that_is_no_longer_measured_is_a_miss(files):
    pd.DataFrame({"metric": ["gap"], "value": [1e-9]}).to_csv(files[0], index=False)
    assert verdicts(files)["rate"] == "MISS"


def test_metric_that_became_nan_is_a_miss(files):
    pd.DataFrame({"metric": ["gap", "rate"], "value": [1e-9, float("nan")]}).to_csv(files[0], index=False)
    assert verdicts(files)["rate"] == "MISS"


def test_new_metric_is_not_recorded(files):
    pd.DataFrame({"metric": ["gap", "rate", "new"], "value": [1e-9, 0.5, 1.0]}).to_csv(files[0], index=False)
    assert verdicts(files)["new"] == "not recorded"


def test_recording_again_keeps_tolerances_and_paper_values(files):
    table = pd.read_csv(files[1])
    table.loc[table["metric"] == "rate", ["paper_value", "tolerance"]] = [0.55, 0.2]
    table.to_csv(files[1], index=False)
    pd.DataFrame({"metric": ["gap", "rate"], "value": [1e-9, 0.6]}).to_csv(files[0], index=False)
    record(*files)
    row = pd.read_csv(files[1]).set_index("metric").loc["rate"]
    assert (row["value"], row["paper_value"], row["tolerance"]) == (0.6, 0.55, 0.2)


def test_a_second_build_widens_the_tolerance_of_what_moves(files, tmp_path):
    second = tmp_path / "second.csv"
    pd.DataFrame({"metric": ["gap", "rate"], "value": [1e-9, 0.55]}).to_csv(second, index=False)
    record(*files, second=second)
    tolerance = pd.read_csv(files[1]).set_index("metric")["tolerance"]
    assert tolerance["rate"] == pytest.approx(0.15)
    assert tolerance["gap"] == pytest.approx(1e-9, rel=0.05)


def test_file_without_a_column_is_named(files, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("metric,wert\ngap,1\n")
    with pytest.raises(ValueError, match=r"broken\.csv: expected the columns metric, value; missing value"):
        compare(broken, files[1])
