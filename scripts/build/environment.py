"""Write envs/environment.yaml from envs/requirements.lock, so that conda users get the versions of the lock."""

import re
import sys
from pathlib import Path

TORCH = "torch==2.13.0"
HEADER = """\
# Written by `make lock` from requirements.lock: do not edit. For `snakemake --sdm conda`.
# Every package comes from pip, so that both ways of setting up install the same files.
name: convexify
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def pins(lock):
    """Pinned requirements of a lock file, markers included, hashes left out."""
    lines = (line.rstrip("\\ ") for line in lock.splitlines())
    return [line for line in lines if re.match(r"^[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?==", line)]


def environment(lock):
    """Text of the conda environment that a lock file describes; torch stands first, as in the Makefile."""
    return HEADER + "".join(f'    - "{pin}"\n' for pin in [TORCH, *pins(lock)])


if __name__ == "__main__":
    envs = Path(sys.argv[1] if len(sys.argv) > 1 else "envs")
    (envs / "environment.yaml").write_text(environment((envs / "requirements.lock").read_text()), encoding="utf-8")
