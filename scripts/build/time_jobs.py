"""Run one job of each kind at the paper scale for a limited time and record what it took: reports/full_size/jobs.csv.

``python scripts/build/time_jobs.py [--limit 120] [--memory 14] [--experiments width branches] [--declared 30]
[--untimed] [--table FILE]`` in a fresh clone. Outputs are those of a build and stay. A kind is a compute rule; its job
is the first in the workflow's order. Kinds whose inputs other kinds make come after these, and are not run where those
had no time to finish. Rows of kinds that are not run are kept.
"""

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd

from convexify_workflow.files import write
from convexify_workflow.plan import jobs_of_build

TABLE = Path("reports/full_size/jobs.csv")
SCALE = "paper"


def kinds():
    """First job and number of jobs of each compute rule, those that others need first."""
    jobs = [job for job in jobs_of_build(SCALE)[0] if "_compute_" in job.rule]
    first, count = {}, {}
    for job in sorted(jobs, key=lambda job: [int(t) if t.isdigit() else t for t in re.split(r"(\d+)", job.benchmark)]):
        first.setdefault(job.rule, job)
        count[job.rule] = count.get(job.rule, 0) + 1

    def depth(rule):
        return 1 + max((depth(needed) for needed in first[rule].needs if needed in first), default=0)

    return [(first[rule], count[rule]) for rule in sorted(first, key=lambda rule: (depth(rule), rule))]


def timed(job, count, limit, late):
    """The row of a job; its rule joins ``late`` if it was not finished."""
    row = {
        "rule": job.rule, "jobs": count, "wildcards": json.dumps(job.wildcards), "declared_minutes": job.minutes,
        "seconds": float("nan"), "processor_seconds": float("nan"), "memory_mb": float("nan"), "note": "",
    }  # fmt: skip
    waiting = sorted(late.intersection(job.needs))
    if waiting:
        late.add(job.rule)
        return row | {"note": f"not run: needs {', '.join(waiting)}"}
    # one that is stopped leaves its lock
    snakemake = [sys.executable, "-m", "snakemake", "--nolock", "--cores", "1", "--config", f"scale={SCALE}"]
    line = [*snakemake, "--", job.output]
    build = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        said = build.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired:
        os.killpg(build.pid, signal.SIGTERM)
        build.communicate()
        late.add(job.rule)
        return row | {"note": f"not finished after {limit:g} s"}
    if build.returncode:
        late.add(job.rule)
        print(said)
        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        within = "" if most == resource.RLIM_INFINITY else f" with {most / 2**30:.0f} GB of memory at most"
        return row | {"note": f"failed with exit status {build.returncode}{within}"}
    took = pd.read_csv(job.benchmark, sep="\t", na_values="-").iloc[0]
    return row | {"seconds": took["s"], "processor_seconds": took["cpu_time"], "memory_mb": took["max_rss"]}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds granted to each")
    parser.add_argument("--memory", type=float, help="GB of address space granted to each; no limit by default")
    parser.add_argument("--experiments", nargs="+", help="all by default")
    parser.add_argument("--declared", type=float, default=float("inf"), help="minutes declared at most; all by default")
    parser.add_argument("--untimed", action="store_true", help=f"only kinds without a time in {TABLE}")
    parser.add_argument("--table", type=Path, default=TABLE)
    options = parser.parse_args(arguments)
    if options.memory:
        most = int(options.memory * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    known = pd.read_csv(TABLE).dropna(subset="seconds") if options.untimed else pd.DataFrame({"rule": []})
    late, rows = set(), []
    for job, count in kinds():
        if options.experiments and job.rule.split("_compute_")[0] not in options.experiments:
            continue
        if job.minutes > options.declared or job.rule in set(known["rule"]):
            continue
        rows.append(timed(job, count, options.limit, late))
        print(*(rows[-1][key] for key in ("rule", "seconds", "memory_mb", "note")), sep=", ", flush=True)
        table = pd.DataFrame(rows)
        if options.table.exists():
            before = pd.read_csv(options.table)
            table = pd.concat([before[~before["rule"].isin(table["rule"])], table], ignore_index=True)
        write(options.table, table.sort_values("rule", ignore_index=True))


if __name__ == "__main__":
    main()
