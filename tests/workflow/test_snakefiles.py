"""The Snakefile is found under both names, and says where it must be run."""

import re
import shutil
import subprocess

import pytest
from builds import command, copy_project, environment, said


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("snakefiles") / "project")


def dry_run(project, folder, snakefile):
    how = command(experiments=["width"], options=("--snakefile", str(snakefile), "--dry-run", "--nolock"))
    return subprocess.run(how, cwd=folder, env=environment(project), capture_output=True, text=True)


def jobs(answer):
    assert answer.returncode == 0, said(answer)[-4000:]
    counts = dict(re.findall(r"(?m)^(\w+) +(\d+)$", answer.stdout.partition("Job stats:")[2].partition("total")[0]))
    return {name: count for name, count in counts.items() if name not in ("all", "site_and_report")}


def test_the_catalogue_s_name_plans_the_same_jobs(project):
    planned = jobs(dry_run(project, project, "workflow/Snakefile"))
    assert planned == jobs(dry_run(project, project, "Snakefile"))
    assert {"build_report", "website", "width_metrics"} <= set(planned)


def test_another_folder_is_refused(project, tmp_path):
    shutil.copytree(project / "config", tmp_path / "config")  # what snakedeploy leaves
    answer = dry_run(project, tmp_path, project / "Snakefile")
    assert answer.returncode != 0
    assert f"{tmp_path}: expected the folder of the Snakefile" in said(answer)
