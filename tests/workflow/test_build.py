"""The smoke build, run for real as a user runs it, in a copy of the project."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from convexify_workflow.manifest import sha256
from convexify_workflow.scaffold import scaffold

ROOT = Path(__file__).parents[2]
IGNORED = {".git", ".venv", ".snakemake", "__pycache__", "results", "logs", "benchmarks", "raw", "prepared", "docs"}
BUILT = {"smoke", "default", "paper"}  # below reports/: built there, but tracked below reports/expected/

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("build")]


def copy_project(target):
    return Path(shutil.copytree(ROOT, target, ignore=_ignored))


def _ignored(folder, names):
    left_out = IGNORED | (BUILT if Path(folder).name == "reports" else set())
    return left_out.intersection(names) | {name for name in names if name.startswith(".") and name.endswith("_cache")}


def command(*targets, cores=2, experiments=None, options=()):
    config = ["scale=smoke"] + ([f"experiments={json.dumps(experiments)}"] if experiments else [])
    return [sys.executable, "-m", "snakemake", "--cores", str(cores), *options, "--config", *config, "--", *targets]


def snakemake(project, *targets, **how):
    return subprocess.run(
        command(*targets, **how), cwd=project, capture_output=True, text=True, timeout=900, check=False
    )


def said(result):
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project whose smoke build has run, with one scaffolded experiment among the others."""
    project = copy_project(tmp_path_factory.mktemp("build") / "project")
    scaffold("scaffolded", project)
    result = snakemake(project)
    assert result.returncode == 0, said(result)[-6000:]
    return project


def ledger_of(project):
    return pd.read_csv(project / "reports" / "smoke" / "ledger.csv")


def test_every_claim_of_every_experiment_has_a_verdict(built):
    ledger = ledger_of(built)
    experiments = {folder.name for folder in (built / "workflow" / "experiments").iterdir()}
    assert set(ledger["experiment"]) == experiments
    assert ledger["verdict"].str.match(r"holds|fails|not tested").all()
    assert ledger["claim"].is_unique


def test_scaffolded_experiment_has_its_figure_and_ledger_row(built):
    assert (built / "reports" / "smoke" / "scaffolded" / "measurement.png").stat().st_size > 10_000
    row = ledger_of(built).set_index("experiment").loc["scaffolded"]
    assert row["verdict"] == "holds"
    assert "Measured against predicted" in (built / "reports" / "smoke" / "report.html").read_text()


def test_report_shows_the_ledger_and_needs_no_network(built):
    report = (built / "reports" / "smoke" / "report.html").read_text()
    for claim in ledger_of(built)["claim"]:
        assert claim in report
    assert 'src="http' not in report


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
    outputs = json.loads((built / "reports" / "smoke" / "manifest.json").read_text())["outputs"]
    differing = [path for path in outputs if sha256(project / path) != sha256(built / path)]
    assert differing == []


def test_verification_passes_and_fails_with_the_numbers(built):
    first = snakemake(built, "verify")
    assert first.returncode == 0, said(first)[-6000:]
    assert "all metrics with an expectation agree" in said(first)
    expected = built / "reports" / "expected" / "smoke" / "linear_duality.csv"
    kept = expected.read_text()
    table = pd.read_csv(expected)
    table.loc[0, "value"] += 1 + 10 * abs(table.loc[0, "tolerance"])
    table.to_csv(expected, index=False)
    second = snakemake(built, "verify")
    expected.write_text(kept)
    assert second.returncode != 0
    assert "MISS" in said(second)


def test_edited_library_file_runs_what_depends_on_it_again(built):
    library = built / "scripts" / "scaffolded" / "shared.py"
    script = built / "scripts" / "scaffolded" / "metrics.py"
    kept = script.read_text()
    script.write_text("import shared  # noqa: F401\n" + kept)
    library.write_text("FACTOR = 1\n")
    plan = said(snakemake(built, "all", experiments=["scaffolded"], options=["-n"]))
    script.write_text(kept)
    library.unlink()
    assert "scaffolded_metrics" in plan
    assert "scaffolded_measure" not in plan.split("Job stats")[1].split("total")[0]


def test_bad_settings_are_one_line_before_any_job(built):
    settings = built / "workflow" / "experiments" / "scaffolded" / "settings.yaml"
    kept = settings.read_text()
    settings.write_text(kept + "repetitons: {all: 3}\n")
    result = snakemake(built)
    settings.write_text(kept)
    assert result.returncode != 0
    lines = [line for line in said(result).splitlines() if "settings.yaml" in line]
    assert len(lines) == 1
    assert "repetitons" in lines[0]
    assert "rule " not in said(result)


def test_killed_build_goes_on_with_the_same_command(tmp_path):
    project = copy_project(tmp_path / "killed")
    for folder in list((project / "workflow" / "experiments").iterdir()):
        shutil.rmtree(folder)
    scaffold("scaffolded", project)
    script = project / "scripts" / "scaffolded" / "measure.py"
    working = script.read_text()
    # The job writes a part of its table and then hangs: the worst moment for a kill.
    hang = (
        "    open('results/smoke/scaffolded/measurements.parquet', 'w').write('half'); import time; time.sleep(600)\n"
    )
    script.write_text(working.replace("    rows = []\n", hang + "    rows = []\n"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    build = subprocess.Popen(command(), cwd=project, start_new_session=True, **quiet)
    half_written = project / "results" / "smoke" / "scaffolded" / "measurements.parquet"
    deadline = time.monotonic() + 120
    while not (half_written.exists() and half_written.read_text() == "half") and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert half_written.exists()
    script.write_text(working)
    result = snakemake(project)
    assert result.returncode == 0, said(result)[-6000:]
    assert len(pd.read_parquet(half_written)) == 9
