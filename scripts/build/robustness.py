"""Build a scale with other root seeds and on other kernels, verify each build, and print a table of what differs.

Every build happens in a clone of the committed project. With ``--confirm`` a miss of a build of ``--seeds`` is
confirmed with one more seed before it counts: the family-wise error of 1 % must not stop one run in a hundred.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from convexify_workflow.files import write
from convexify_workflow.verify import compare, compare_verdicts, read_metrics

#: Instruction sets of the linear algebra of NumPy (OpenBLAS), of torch and of NumPy itself, and threads of a job.
KERNELS = {
    "native": {},
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2"},
    "SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX", "ATEN_CPU_CAPABILITY": "avx512"},
    "Nehalem": {
        "OPENBLAS_CORETYPE": "Nehalem",
        "ATEN_CPU_CAPABILITY": "default",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
    },
    "Zen": {"OPENBLAS_CORETYPE": "Zen", "ATEN_CPU_CAPABILITY": "default"},
    "two threads": {},
}


def main(arguments=None):
    options = _parser().parse_args(arguments)
    root = Path(__file__).resolve().parents[2]
    own_seed = yaml.safe_load((root / "config" / "config.yaml").read_text(encoding="utf-8"))["seed"]
    panel = [(seed, "native") for seed in options.seeds] if options.seeds else _panel(own_seed, options.builds)
    rows = []
    for seed, kernels in panel:
        rows.append(_build(root, options.scale, seed, kernels))
        table = pd.DataFrame(rows)
        if not options.seeds:  # after each build: a panel takes an hour or more, and what it found is kept
            write(root / "reports" / "robustness" / f"{options.scale}.csv", table)
    if options.confirm and _bad(table).any():
        print("a miss: confirmed with one more seed before it counts", flush=True)
        again = pd.DataFrame([_build(root, options.scale, max(options.seeds) + 1, "native")])
        failed = _bad(again).any()
        table = pd.concat([table, again], ignore_index=True)
    else:
        failed = _bad(table).any()
    print(table.drop(columns="which").to_string(index=False))
    for row in table[_bad(table)].itertuples():
        print(f"seed {row.seed}, {row.kernels}: {row.which}")
    return int(failed)


def _parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="smoke", choices=("smoke", "default", "paper"))
    parser.add_argument("--seeds", nargs="+", type=int, help="build with these root seeds only, record nothing")
    parser.add_argument("--builds", type=int, default=12, help="size of the panel of seeds and kernels (default 12)")
    parser.add_argument(
        "--confirm", action="store_true", help="with --seeds: a miss counts if one more seed has one too"
    )
    return parser


def _panel(own_seed, builds):
    """Alternately the project's seed on the next kernels, and the next seed 1, 2, 3, … on the next kernels."""
    names = list(KERNELS)
    own = [(own_seed, name) for name in names]
    other = [(seed, names[(seed - 1) % len(names)]) for seed in range(1, builds + 1)]
    return [pair for pairs in zip(own + other[len(own) :], other, strict=False) for pair in pairs][:builds]


def _bad(table):
    return (table["misses"] > 0) | (table["verdicts_contradicted"] > 0) | (table["exit"] != 0)


def _build(root, scale, seed, kernels):
    """Build in a clone and set it against the recorded expectations; one row of the table."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
        if (root / "data" / "raw").is_dir():
            shutil.copytree(root / "data" / "raw", clone / "data" / "raw", copy_function=os.link)
        line = [sys.executable, "-m", "snakemake", "--cores", "all", "--quiet", "all"]
        if kernels == "two threads":
            scripts = clone.glob("scripts/*/compute_*.py")
            line += ["--set-threads", *(f"{path.parent.name}_{path.stem}=2" for path in scripts)]
        line += ["--config", f"scale={scale}", f"seed={seed}", "--", f"reports/{scale}/ledger.csv"]
        environment = {**os.environ, **KERNELS[kernels], "PYTHONPATH": str(clone / "src")}
        result = subprocess.run(line, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        row = {"seed": seed, "kernels": kernels, "exit": result.returncode}
        if result.returncode:
            print(result.stderr[-3000:], file=sys.stderr)
        row |= _set_against(root, clone, scale) if not result.returncode else dict.fromkeys(_COUNTS, 0) | {"which": ""}
        row["seconds"] = round(time.monotonic() - started)
        print({key: value for key, value in row.items() if key != "which"}, flush=True)
        return row


_COUNTS = (
    "exact",
    "estimates",
    "bounds",
    "misses",
    "verdicts",
    "to_or_from_undecided",
    "verdicts_contradicted",
)


def _set_against(root, clone, scale):
    folder = root / "reports" / "expected" / scale
    names = sorted(path.parent.name for path in (clone / "results" / scale).glob("*/metrics.csv"))
    expected = {name: read_metrics(folder / f"{name}.csv") for name in names}
    estimates = sum(int((table["kind"] == "estimate").sum()) for table in expected.values())
    results = pd.concat(
        compare(read_metrics(clone / "results" / scale / name / "metrics.csv"), table, estimates).assign(
            experiment=name
        )
        for name, table in expected.items()
    )
    ledger = pd.read_csv(clone / "reports" / scale / "ledger.csv")
    changes = compare_verdicts(ledger[["claim", "verdict"]], pd.read_csv(folder / "verdicts.csv"))
    missed = results[results["result"].isin(["MISS", "MISSING"])]
    contradicted = changes[changes["result"].isin(["MISS", "MISSING"])]
    kinds = results["kind"].value_counts()
    which = [f"{row.experiment}.{row.metric} {row.got:.4g} against {row.expected:.4g}" for row in missed.itertuples()]
    which += [f"{row.claim}: {row.expected} → {row.got}" for row in contradicted.itertuples()]
    return {
        "exact": int(kinds.get("exact", 0)),
        "estimates": int(kinds.get("estimate", 0)),
        "bounds": int(kinds.get("bound", 0)),
        "misses": len(missed),
        "verdicts": len(ledger),
        "to_or_from_undecided": int((changes["result"] == "changed").sum()),
        "verdicts_contradicted": len(contradicted),
        "which": "; ".join(which),
    }


if __name__ == "__main__":
    sys.exit(main())
