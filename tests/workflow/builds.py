"""Real builds at the smoke scale, in a copy of the project."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
IGNORED = {".git", ".venv", ".snakemake", "__pycache__", "results", "logs", "benchmarks", "raw", "prepared"}
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


def environment(project):
    """Environment in which a copy of the project runs its own package, not the one that is installed."""
    return {**os.environ, "PYTHONPATH": str(project / "src")}


def snakemake(project, *targets, **how):
    """Run a build and wait for it."""
    options = {"cwd": project, "env": environment(project), "timeout": 1800}
    return subprocess.run(command(*targets, **how), capture_output=True, text=True, check=False, **options)


def said(result):
    """All that a finished process printed."""
    return result.stdout + result.stderr


@contextmanager
def edited(file, old="", new="\n# edited\n"):
    """A file with ``old`` replaced by ``new`` (or ``new`` appended); content and times are restored afterwards."""
    content, stat = file.read_bytes(), file.stat()
    text = content.decode("utf-8")
    assert old in text
    file.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
    try:
        yield
    finally:
        file.write_bytes(content)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def differences(first, second):
    """Files below results/ and reports/smoke/ that two builds do not share byte for byte.

    A table is told with the first column and row that differ. What holds wall times is not below these folders, but for
    the site, which copies the rest.
    """
    found = []
    for folder in ("results", "reports/smoke"):
        for file in sorted((first / folder).rglob("*")):
            name = file.relative_to(first)
            if file.suffix not in (".parquet", ".csv", ".png", ".svg") or name.is_relative_to("reports/smoke/site"):
                continue
            if not (second / name).exists():
                found.append(f"{name}: only in the first build")
            elif file.read_bytes() != (second / name).read_bytes():
                found.append(f"{name}: {_first_difference(file, second / name)}")
    return found


def _first_difference(one, other):
    readers = {".parquet": pd.read_parquet, ".csv": pd.read_csv}
    if one.suffix not in readers:
        return "other bytes"
    a, b = (readers[one.suffix](file) for file in (one, other))
    if list(a) != list(b) or len(a) != len(b):
        return f"columns {list(a)} and {list(b)}, {len(a)} and {len(b)} rows"
    for row in range(len(a)):
        for column in a:
            x, y = a[column].iloc[row], b[column].iloc[row]
            if x != y and not (pd.isna(x) and pd.isna(y)):
                return f"column {column}, row {row}: {x!r} and {y!r}"
    return "the same values in other bytes"
