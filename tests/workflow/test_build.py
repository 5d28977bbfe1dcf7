"""The smoke build, run for real as a user runs it, in a copy of the project."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from builds import command, copy_project, differences, edited, environment, said, snakemake

from convexify_workflow.ledger import STANDINGS
from convexify_workflow.manifest import sha256
from convexify_workflow.scaffold import scaffold

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("build")]


def ledger_of(project):
    return pd.read_csv(project / "reports" / "smoke" / "ledger.csv")


def test_every_claim_of_every_experiment_has_a_verdict(built):
    ledger = ledger_of(built)
    experiments = {folder.name for folder in (built / "workflow" / "experiments").iterdir()}
    assert set(ledger["experiment"]) == experiments
    assert ledger["verdict"].str.match(r"holds|fails|undecided|not tested").all()
    assert ledger["claim"].is_unique


def test_scaffolded_experiment_has_its_figure_and_ledger_row(built):
    assert (built / "reports" / "smoke" / "scaffolded" / "norms.png").stat().st_size > 10_000
    row = ledger_of(built).set_index("experiment").loc["scaffolded"]
    assert row["verdict"] == "holds"
    assert "Measured against predicted" in (built / "reports" / "smoke" / "report.html").read_text()


def test_report_shows_the_ledger_and_needs_no_network(built):
    report = (built / "reports" / "smoke" / "report.html").read_text()
    for claim in ledger_of(built)["claim"]:
        assert claim in report
    assert 'src="http' not in report


def test_report_shows_the_sources_with_their_verdicts(built):
    folder = built / "reports" / "smoke"
    coverage = pd.read_csv(folder / "coverage.csv", keep_default_na=False)
    verdicts = coverage.loc[coverage["claims"] != "", "verdicts"].str.split("; ").explode()
    assert set(verdicts) <= set(STANDINGS)
    assert len(pd.read_csv(folder / "errors_of_the_survey.csv")) == 12
    report = (folder / "report.html").read_text()
    assert "Errors of the survey (12)" in report
    assert "we get the classic hinge loss." in report


def test_manifest_tells_the_hash_of_every_figure(built):
    manifest = json.loads((built / "reports" / "smoke" / "manifest.json").read_text())
    figures = [path for path in manifest["outputs"] if path.endswith(".png")]
    assert len(figures) >= len(list((built / "workflow" / "experiments").iterdir()))
    assert all(sha256(built / path) == manifest["outputs"][path] for path in manifest["outputs"])


def test_second_build_has_nothing_to_do(built):
    assert "Nothing to be done" in said(snakemake(built))


def test_two_builds_give_the_same_bytes(built, tmp_path):
    project = copy_project(tmp_path / "again")
    scaffold("scaffolded", project)
    result = snakemake(project, "results", cores=1)
    assert result.returncode == 0, said(result)[-6000:]
    assert differences(built, project) == []


def test_a_difference_is_told_with_its_column_and_row(tmp_path):
    for name, value in (("a", 2.0), ("b", 3.0)):
        (tmp_path / name / "results").mkdir(parents=True)
        pd.DataFrame({"n": [1, 2], "gap": [1.0, value]}).to_parquet(tmp_path / name / "results" / "t.parquet")
    (told,) = differences(tmp_path / "a", tmp_path / "b")
    assert told.startswith("results/t.parquet: column gap, row 1: ")


def test_verification_passes_and_fails_with_the_numbers(built):
    others = sorted({*ledger_of(built)["experiment"]} - {"scaffolded"})
    first = snakemake(built, "verify", experiments=others)
    assert first.returncode == 0, said(first)[-6000:]
    assert ", 0 miss" in said(first)
    expected = built / "reports" / "expected" / "smoke" / "linear_duality.csv"
    kept = expected.read_text()
    table = pd.read_csv(expected)
    row = table.index[table["kind"] == "exact"][0]
    table.loc[row, ["value", "low", "high"]] += 1
    table.to_csv(expected, index=False)
    second = snakemake(built, "verify", experiments=others)
    expected.write_text(kept)
    # The ledger was made for these experiments alone: the tests that follow want that of all.
    assert snakemake(built).returncode == 0
    assert second.returncode != 0
    assert "MISS" in said(second)
    assert table.loc[row, "metric"] in said(second)


def test_unknown_metric_is_refused_before_any_job(built):
    claims = built / "workflow" / "experiments" / "scaffolded" / "claims.yaml"
    with edited(claims, "mean_ratio_at", "maen_ratio_at"):
        result = snakemake(built)
    assert result.returncode != 0
    assert "claims.yaml: scaffolded.norm_of_a_gaussian_matrix: metric maen_ratio_at_largest_size" in said(result)
    assert "rule " not in said(result)


def test_script_runs_alone_and_writes_the_same_bytes(built):
    table = built / "results" / "smoke" / "scaffolded" / "norms.parquet"
    before = sha256(table)
    line = [sys.executable, "scripts/scaffolded/compute_norms.py"]
    result = subprocess.run(
        [*line, "--scale", "smoke"], cwd=built, env=environment(built), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, said(result)
    assert "wrote results/smoke/scaffolded/norms.parquet" in result.stdout
    assert sha256(table) == before
    unsaid = subprocess.run(line, cwd=built, env=environment(built), capture_output=True, text=True, check=False)
    assert unsaid.returncode == 2
    assert "usage: python scripts/scaffolded/compute_norms.py" in unsaid.stderr


def test_bad_settings_are_one_line_before_any_job(built):
    settings = built / "workflow" / "experiments" / "scaffolded" / "settings.yaml"
    kept = settings.read_text()
    settings.write_text(kept + "  repetitons: {all: 3}\n")
    result = snakemake(built)
    settings.write_text(kept)
    assert result.returncode != 0
    lines = [line for line in said(result).splitlines() if "settings.yaml" in line]
    assert len(lines) == 1
    assert "repetitons" in lines[0]
    assert "rule " not in said(result)


def test_killed_build_goes_on_with_the_same_command(tmp_path):
    project = copy_project(tmp_path / "killed")
    scaffold("scaffolded", project)
    script = project / "scripts" / "scaffolded" / "compute_norms.py"
    working = script.read_text()
    # The job writes a part of its table and then hangs: the worst moment for a kill.
    hang = "    open('results/smoke/scaffolded/norms.parquet', 'w').write('half'); import time; time.sleep(600)\n"
    script.write_text(working.replace("    rows = []\n", hang + "    rows = []\n"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    build = subprocess.Popen(command(experiments=["scaffolded"]), cwd=project, start_new_session=True, **quiet)
    half_written = project / "results" / "smoke" / "scaffolded" / "norms.parquet"
    deadline = time.monotonic() + 120
    while not (half_written.exists() and half_written.read_text() == "half") and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert half_written.exists()
    script.write_text(working)
    result = snakemake(project, experiments=["scaffolded"])
    assert result.returncode == 0, said(result)[-6000:]
    assert len(pd.read_parquet(half_written)) == 9
