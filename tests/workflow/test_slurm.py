"""The same jobs on SLURM give the same bytes, where there is a SLURM."""

import shutil
import subprocess

import pytest
from builds import command, copy_project, environment, said

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("build")]


def queue_is_open():
    if shutil.which("sbatch") is None:
        return False
    try:
        question = ["sinfo", "--noheader", "--format=%a"]
        asked = subprocess.run(question, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):  # a controller that does not answer
        return False
    return asked.returncode == 0 and "up" in asked.stdout


@pytest.mark.skipif(not queue_is_open(), reason="no SLURM: sbatch is missing or its queue is not open")
def test_one_experiment_gives_the_same_bytes_as_alone(built, tmp_path):
    project = copy_project(tmp_path / "cluster")
    options = [
        "--profile", "profiles/slurm", "--slurm-status-command", "squeue", "--latency-wait", "10",
        "--slurm-init-seconds-before-status-checks", "2",
    ]  # fmt: skip
    target = "results/smoke/conv_relaxation/metrics.csv"
    words = command(target, experiments=["conv_relaxation"], options=options)
    result = subprocess.run(
        words, cwd=project, env=environment(project), capture_output=True, text=True, check=False, timeout=900
    )
    assert result.returncode == 0, said(result)[-4000:]
    for name in ("recovery.parquet", "metrics.csv"):
        path = f"results/smoke/conv_relaxation/{name}"
        assert (project / path).read_bytes() == (built / path).read_bytes()
