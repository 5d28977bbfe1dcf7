"""What a build was made of: hashes of the outputs, commit, lock, settings, seeds, processor, linear algebra library."""

import hashlib
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import threadpoolctl
from PIL import Image

LIBRARIES = ("numpy", "scipy", "torch", "cvxpy", "pandas", "scikit-learn", "matplotlib", "snakemake")


def describe_build(outputs, *, lock, config, experiments):
    """Describe a build.

    Parameters
    ----------
    outputs : sequence of path
        Files whose content the manifest fixes.
    lock : path
        Lock file of the environment.
    config, experiments : dict
        Configuration of the build and settings of its experiments at its scale.

    Returns
    -------
    dict
        Ready for JSON; ``commit`` and ``uncommitted_changes`` are None outside a repository or without git.

    Raises
    ------
    ValueError
        Naming a picture that is damaged.
    """
    for path in outputs:
        _check_picture(path)
    status = _git("status", "--porcelain", "--untracked-files=no")
    return {
        "config": config,
        "experiments": experiments,
        "outputs": {str(path): sha256(path) for path in sorted(map(str, outputs))},
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": None if status is None else bool(status),
        "lock_sha256": sha256(lock),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "blas": [
            {key: pool.get(key) for key in ("internal_api", "version", "architecture", "num_threads")}
            for pool in threadpoolctl.threadpool_info()
        ],
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE"),
    }


def _check_picture(path):
    """A damaged figure is newer than what it was drawn from, and Snakemake would leave it: here it is named."""
    if Path(path).suffix == ".png":
        try:
            with Image.open(path) as picture:
                picture.load()
        except (OSError, SyntaxError) as error:  # Pillow raises the latter for broken chunks
            raise ValueError(f"{path} cannot be read ({error}): delete it and run again") from error


def sha256(path):
    """SHA-256 of a file's content in hexadecimal."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _git(*arguments):
    """Answer of git, or None outside a repository or without git."""
    try:
        answer = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
