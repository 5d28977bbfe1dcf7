"""What the benchmarks share: one process and one thread for each case, a row each, a table on screen and in a file."""

import json
import os
import resource
import subprocess
import sys
import warnings
from pathlib import Path

TABLES = Path(__file__).parents[2] / "reports" / "benchmarks"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def in_own_process(script, case):
    """Row of a case: what ``script --case <case>`` prints; what went wrong becomes its note."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    command = [sys.executable, script, "--case", json.dumps(case)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        return {"note": f"failed: {last[0][:100]}"}
    return json.loads(done.stdout.splitlines()[-1])


def print_row(function, case):
    """The inner end of `in_own_process`: the row that ``function`` makes of the case, as the last line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print(json.dumps(function(json.loads(case)), default=float))


def peak_memory_mb():
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(row, keys):
    """One line while the table grows."""
    print("·", *(f"{v:.4g}" if isinstance(v := row.get(key, ""), float) else str(v) for key in keys), flush=True)


def publish(table, name, write):
    """Print the table; ``write`` it to reports/benchmarks as well."""
    print(table.to_string(index=False, float_format=lambda value: f"{value:.4g}"))
    if write:
        TABLES.mkdir(parents=True, exist_ok=True)
        table.to_csv(TABLES / f"{name}.csv", index=False, float_format="%.6g")
