"""Real builds at the smoke scale, in a copy of the project."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
IGNORED = {".git", ".venv", ".snakemake", "__pycache__", "results", "logs", "benchmarks", "raw", "prepared", "docs"}
BUILT = {"smoke", "default", "paper"}  # below reports/: built there, but tracked below reports/expected/


def copy_project(target):
    """A copy of what is tracked, without what builds wrote."""
    return Path(shutil.copytree(ROOT, target, ignore=_ignored))


def _ignored(folder, names):
    left_out = IGNORED | (BUILT if Path(folder).name == "reports" else set())
    return left_out.intersection(names) | {name for name in names if name.startswith(".") and name.endswith("_cache")}


def command(*targets, cores=2, experiments=None, options=()):
    """Command line of a build at the smoke scale."""
    config = ["scale=smoke"] + ([f"experiments={json.dumps(experiments)}"] if experiments else [])
    return [sys.executable, "-m", "snakemake", "--cores", str(cores), *options, "--config", *config, "--", *targets]


def snakemake(project, *targets, **how):
    """Run a build and wait for it."""
    return subprocess.run(
        command(*targets, **how), cwd=project, capture_output=True, text=True, timeout=900, check=False
    )


def said(result):
    """All that a finished process printed."""
    return result.stdout + result.stderr
