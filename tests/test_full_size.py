"""What docs/full_size.md says of runs at full size is what was recorded, beside the default scale."""

from pathlib import Path

import pandas as pd
import pytest

from convexify_workflow.ledger import standing
from convexify_workflow.yaml_files import load_yaml

ROOT = Path(__file__).parents[1]
RECORDED = sorted((ROOT / "reports" / "full_size").glob("*/ledger.csv"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_no_verdict_of_the_default_scale_is_turned_round(path):
    ledger = pd.read_csv(path).set_index("claim")["verdict"].map(standing)
    default = pd.read_csv(ROOT / "reports/expected/default/verdicts.csv").set_index("claim")["verdict"]
    both = pd.DataFrame({"full": ledger, "default": default}).dropna()
    assert len(both) == len(ledger) > 0
    decided = both[both.isin(["holds", "fails"]).all(axis=1)]
    assert len(decided) > 0
    assert (decided["full"] == decided["default"]).all()


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_every_verdict_is_of_a_claim_and_of_the_metrics_beside_it(path):
    ledger = pd.read_csv(path)
    claims = load_yaml(ROOT / "workflow/experiments" / path.parent.name / "claims.yaml")
    assert set(ledger["claim"]) == {claim["id"] for claim in claims}
    values = pd.read_csv(path.with_name("metrics.csv")).set_index("metric")["value"]
    measured = ledger.dropna(subset="measured")
    assert len(measured) > 0
    assert measured["measured"].to_numpy() == pytest.approx(values[measured["metric"]].to_numpy())


def test_the_hill_falls_on_mnist_and_rises_on_cifar10_at_full_size():
    values = pd.read_csv(ROOT / "reports/full_size/landscapes/metrics.csv").set_index("metric")
    assert values.loc["mnist_one_hidden_official_gain_trend", "high"] < 0
    assert values.loc["cifar10_one_hidden_official_gain_trend", "low"] > 0


def test_the_table_of_proved_networks_is_that_of_the_benchmark():
    text = (ROOT / "docs/full_size.md").read_text(encoding="utf-8")
    lines = text.split("global_training.csv, compared")[1].split("<!-- end of the rows -->")[0].splitlines()
    said = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")][2:]
    table = pd.read_csv(ROOT / "reports/benchmarks/global_training.csv").query("part == 'exact'")
    assert table["exact"].all()
    columns = ["dataset", "components", "objective", "gap", "neurons", "seconds"]
    formats = ["{}", "{:.0f}", "{:.6f}", "{:.1e}", "{:.0f}", "{:.0f}"]
    recorded = [
        [form.format(cell) for form, cell in zip(formats, row, strict=True)] for row in table[columns].to_numpy()
    ]
    assert said == recorded
