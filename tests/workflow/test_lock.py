"""The lock of a build dies with its holder."""

import subprocess
import sys

import pytest
from builds import copy_project, said, snakemake

from convexify_workflow.lock import hold

HOLDER = """
import sys
from convexify_workflow.lock import hold
hold(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_second_build_is_refused_and_a_killed_one_leaves_no_lock(tmp_path):
    lock = tmp_path / "build.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline().strip() == "held"
    with pytest.raises(BlockingIOError, match=f"another build runs in this folder \\(process {holder.pid}\\)"):
        hold(lock)
    holder.kill()
    holder.communicate()
    hold(lock)
    assert lock.read_text().isdigit()


def test_no_cores_are_refused_at_once(tmp_path):
    result = snakemake(copy_project(tmp_path / "project"), cores=0)
    assert result.returncode != 0
    assert "--cores: expected at least 1 or all, got 0" in said(result)
