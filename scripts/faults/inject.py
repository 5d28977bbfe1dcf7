"""Inject faults into builds at the smoke scale and count what survives: reports/robustness/faults.csv.

``python scripts/faults/inject.py [--families kill "damaged file" surroundings permissions]``; rows of families that are
not run again are kept.

A fault is survived when the same command finishes afterwards with the bytes of an undisturbed build. What cannot be
repaired by itself, a damaged file, has to be named (``named``) by the build that meets it or by `verify`; the user then
deletes it. Moments of kills are drawn, not chosen.
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from convexify.seeds import generator
from convexify_workflow.files import write

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "reports" / "robustness" / "faults.csv"
#: Short ones that read prepared data, divide no work and draw figures.
EXPERIMENTS = ["convex_cnn", "conv_relaxation"]
KILLS = 20
#: Who is hit, and by what.
BLOWS = [(who, blow) for blow in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT) for who in ("all", "parent", "a job")]
DAMAGES = {
    "truncated": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "overwritten": lambda content: bytes(len(content)),
}
FOLDERS = ["data/prepared", "results/smoke", "reports/smoke"]
#: One file of every kind, and what else to delete so that somebody reads it.
FILES = {
    "data/prepared/digits.npz": "results/smoke/conv_relaxation/turned.parquet",
    "results/smoke/conv_relaxation/recovery.parquet": "results/smoke/conv_relaxation/metrics.csv",
    "results/smoke/conv_relaxation/metrics.csv": "reports/smoke/ledger.csv",
    "reports/smoke/ledger.csv": "reports/smoke/front_page.rst",
    "reports/smoke/manifest.json": "reports/smoke/front_page.rst",
    "reports/smoke/conv_relaxation/recovery.png": None,
}


def main(arguments=None):
    """Run every family that is asked for, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", choices=FAMILIES, nargs="+", default=list(FAMILIES))
    families = parser.parse_args(arguments).families
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        clone = _clone(Path(folder) / "clone")
        _finish(clone)
        whole = _hashes(clone)
        for family in families:
            for row in FAMILIES[family](clone, whole):
                rows.append({"family": family, **row})
                print(*rows[-1].values(), sep=", ", flush=True)
    table = pd.DataFrame(rows)
    if TABLE.exists():
        before = pd.read_csv(TABLE)
        table = pd.concat([before[~before["family"].isin(families)], table], ignore_index=True)
    print(table.groupby("family")["survived"].agg(["size", "sum"]).to_string())
    write(TABLE, table)
    return int(not table["survived"].all())


def _kills(clone, whole):
    rng = generator(0, "faults", "kills")
    for number in range(KILLS):
        if number % 3 == 0:
            shutil.rmtree(clone / "results")
            shutil.rmtree(clone / "reports" / "smoke")
        who, blow = BLOWS[number % len(BLOWS)]
        build = subprocess.Popen(
            _line(), cwd=clone, env=_environment(clone), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_interruptible,
        )  # fmt: skip
        moment = float(rng.uniform(1, 30))
        try:
            build.wait(moment)
        except subprocess.TimeoutExpired:
            _hit(build.pid, who, blow)
        code = _end(build)
        result = _finish(clone)
        row = {"fault": f"{blow.name} to {who}", "where": f"after {moment:.1f} s, exit {code}"}
        yield row | _outcome(clone, whole, result)


def _interruptible():
    """A process that was started in the background may have been told to ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _hit(leader, who, blow):
    if who == "all":
        os.killpg(leader, blow)
        return
    jobs = subprocess.run(["ps", "-o", "pid=", "--ppid", str(leader)], capture_output=True, text=True).stdout.split()
    os.kill(leader if who == "parent" or not jobs else int(jobs[-1]), blow)


def _end(build):
    """Wait for a build that was hit; jobs that outlive their parent are ended, as a new build would meet them."""
    code = build.wait(300)
    while subprocess.run(["pgrep", "-g", str(build.pid)], capture_output=True).returncode == 0:
        try:
            os.killpg(build.pid, signal.SIGKILL)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    return code


def _damages(clone, whole):
    for name, downstream in FILES.items():
        path = clone / name
        for damage, change in DAMAGES.items():
            path.write_bytes(change(path.read_bytes()))
            met = _met(clone, whole, downstream)
            named = _named(name, met)
            path.unlink(missing_ok=True)
            row = {"fault": damage, "where": name}
            # Snakemake makes no table anew that nobody waits for: it is asked for by name.
            outcome = _outcome(clone, whole, _run(clone, "results", *filter(None, (name, downstream))).returncode)
            # A build that makes the file anew before anybody reads it needs to name nothing.
            outcome["survived"] &= named or met.returncode == 0
            yield row | outcome | {"named": named}


def _met(clone, whole, downstream):
    """What the build, or else `verify`, says that meets a faulty file once what is made from it is gone."""
    if downstream:
        (clone / downstream).unlink()
    met = _run(clone)
    return _run(clone, "verify") if met.returncode == 0 and _hashes(clone) != whole else met


def _permissions(clone, whole):
    """Folders that cannot be written and files that cannot be read, also where the user is root."""
    for name, downstream in FILES.items():
        path = clone / name
        path.chmod(0o000)
        met = _met(clone, whole, downstream)
        named = _named(name, met)
        path.chmod(0o644)
        outcome = _outcome(clone, whole, _run(clone, "results", *filter(None, (downstream,))).returncode)
        outcome["survived"] &= named or met.returncode == 0
        yield {"fault": "unreadable", "where": name} | outcome | {"named": named}
    for name in FOLDERS:
        folder = clone / name
        shutil.rmtree(clone / "reports" / "smoke" / "conv_relaxation")
        shutil.rmtree(clone / "results" / "smoke" / "conv_relaxation")
        (clone / "data" / "prepared" / "digits.npz").unlink()
        folder.chmod(0o555)
        met = _run(clone)
        named = _named(name, met)
        if folder.exists():  # Snakemake removes an empty one after a failure
            folder.chmod(0o755)
        outcome = _outcome(clone, whole, _finish(clone))
        outcome["survived"] &= named and met.returncode != 0
        yield {"fault": "read-only folder", "where": name} | outcome | {"named": named}


def _named(name, result):
    """Whether a line says what is wrong with a file; a line that only lists the inputs of a job does not."""
    words = ("cannot be read", "cannot be written", "delete", "changed", "missing", "expected", "Permission denied")
    lines = (result.stdout + result.stderr).splitlines()
    return any(name in line and any(word in line for word in words) for line in lines)


def _surroundings(clone, whole):
    yield _two_builds(clone, whole)
    with tempfile.TemporaryDirectory() as folder:
        yield from _whole_builds(Path(folder), whole)


def _two_builds(clone, whole):
    shutil.rmtree(clone / "results")
    shutil.rmtree(clone / "reports" / "smoke")
    first = subprocess.Popen(_line(), cwd=clone, env=_environment(clone), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(12)
    second = _run(clone)
    outcome = _outcome(clone, whole, first.wait(900))
    outcome["survived"] &= second.returncode != 0
    return {"fault": "two builds at once", "where": "one folder"} | outcome


def _whole_builds(folder, whole):
    without_git = folder / "bin"
    without_git.mkdir()
    for tool in ("bash", "sh", "env", "which", "mkdir", "rm"):
        (without_git / tool).symlink_to(shutil.which(tool))
    cases = {
        "a path with spaces and letters beyond ASCII": ({}, "a clone – 凸 ñ"),
        "no HOME": ({"HOME": None}, "home"),
        "HOME that does not exist": ({"HOME": "/nowhere"}, "nowhere"),
        "no git": ({"PATH": f"{Path(sys.executable).parent}:{without_git}"}, "git"),
        "locale C": ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}, "locale"),
        "hash seed": ({"PYTHONHASHSEED": "4242"}, "hash"),
        "four threads asked for": ({"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"}, "threads"),
    }
    for fault, (changes, name) in cases.items():
        clone = _clone(folder / name)
        outcome = _outcome(clone, whole, _run(clone, **changes).returncode)
        yield {"fault": fault, "where": "a whole build"} | outcome
        shutil.rmtree(clone)
    # Files of more than a few kilobytes cannot be written, as on a disk that is full.
    clone = _clone(folder / "full")
    failed = _run(clone, most_bytes=20_000)
    outcome = _outcome(clone, whole, _finish(clone))
    outcome["survived"] &= failed.returncode != 0
    yield {"fault": "no room for files above 20 kB", "where": "a whole build"} | outcome


def _outcome(clone, whole, code):
    found = _hashes(clone)
    names = sorted(name for name in whole | found if whole.get(name) != found.get(name))
    told = "; ".join(f"{name} {'differs' if name in found else 'is missing'}" for name in names[:3])
    return {"exit": code, "difference": told, "survived": code == 0 and not names}


def _finish(clone):
    return _run(clone).returncode


def _run(clone, *targets, most_bytes=None, **changes):
    limit = None if most_bytes is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    how = {"cwd": clone, "env": _environment(clone, **changes), "preexec_fn": limit}
    return subprocess.run(_line(*targets), capture_output=True, text=True, errors="replace", **how)


def _line(*targets):
    config = ["scale=smoke", f"experiments={json.dumps(EXPERIMENTS)}"]
    # Root may read and write everything: without these two rights files' permissions hold for it as well.
    bound = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []
    snakemake = [sys.executable, "-m", "snakemake", "--cores", "all", "--config", *config]
    return [*bound, *snakemake, "--", *(targets or ["results"])]


def _environment(clone, **changes):
    values = {**os.environ, "PYTHONPATH": str(clone / "src"), **changes}
    return {name: value for name, value in values.items() if value is not None}


def _clone(target):
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)
    return target


def _hashes(clone):
    """Of tables and figures. The manifest names machine and commit, and is compared by nothing here."""
    kinds = {".parquet", ".csv", ".png", ".svg", ".npz"}
    files = [path for part in ("data/prepared", "results", "reports/smoke") for path in (clone / part).rglob("*")]
    return {
        str(path.relative_to(clone)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix in kinds and path.name != "ledger_of_last_build.csv"
    }


FAMILIES = {
    "kill": _kills,
    "damaged file": _damages,
    "surroundings": _surroundings,
    "permissions": _permissions,
}

if __name__ == "__main__":
    sys.exit(main())
