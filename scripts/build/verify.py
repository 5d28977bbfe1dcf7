"""Compare the metrics and verdicts of a build with the recorded ones; exit with 1 on a miss."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from convexify_workflow.proofs import PROOFS, check_all
from convexify_workflow.verify import (
    changed_outputs,
    compare,
    compare_verdicts,
    read_metrics,
    read_verdicts,
    record,
    text_of,
)

SCALES = ("smoke", "default", "paper")


def main(arguments=None):
    options = _parser().parse_args(arguments)
    try:
        status = _verify(options)
        return max(status, _prove(options)) if options.proofs else status
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiments", nargs="+", help="ids of the experiments")
    parser.add_argument("--scale", required=True, choices=SCALES)
    parser.add_argument("--record", action="store_true", help="write what was measured as the new expectations")
    parser.add_argument("--root", default=".", type=Path, help="folder that holds results/ and reports/")
    parser.add_argument(
        "--against", type=Path, help="compare with the build in this folder instead of what is recorded"
    )
    parser.add_argument("--proofs", action="store_true", help=f"check the proofs in {PROOFS} as well")
    parser.add_argument("--all", action="store_true", help="print every metric, not only those that do not agree")
    return parser


def _verify(options):
    metrics = {
        name: read_metrics(options.root / "results" / options.scale / name / "metrics.csv")
        for name in options.experiments
    }
    ledger = read_verdicts(options.root / "reports" / options.scale / "ledger.csv", ("claim", "experiment", "verdict"))
    if options.record:
        folder = options.root / "reports" / "expected" / options.scale
        record(metrics, ledger, folder)
        print(f"recorded {sum(map(len, metrics.values()))} metrics and {len(ledger)} verdicts in {folder}")
        return 0
    expected, verdicts = _expectations(options)
    estimates = sum(int((table["kind"] == "estimate").sum()) for table in expected.values())
    results = []
    for name, table in metrics.items():
        result = compare(table, expected[name], estimates)
        results.append(result.assign(experiment=name))
        shown = result if options.all else result[~result["result"].isin(["agrees", "not compared"])]
        if len(shown):
            print(f"\n{name} ({options.scale})\n{text_of(shown)}")
    chosen = ledger["experiment"].isin(options.experiments)
    recorded = verdicts["claim"].str.split(".").str[0].isin(options.experiments)
    changes = compare_verdicts(ledger.loc[chosen, ["claim", "verdict"]], verdicts.loc[recorded, ["claim", "verdict"]])
    if len(changes):
        print(f"\nVerdicts that differ\n{changes.to_string(index=False)}")
    wrong = {} if options.against else changed_outputs(options.root, options.scale)
    for path, how in wrong.items():
        print(f"{path}: {how} since the build")
    return _summary(pd.concat(results), changes, int(chosen.sum()), wrong)


def _prove(options):
    """Status of all proofs; none at all is a miss."""
    results = check_all(options.root / PROOFS, options.root / "data" / "prepared")
    refused = sum(error is not None for _, error in results)
    print(f"{len(results)} proofs: {len(results) - refused} checked, {refused} refused")
    return 1 if refused or not results else 0


def _expectations(options):
    if options.against:
        folder = options.against / "results" / options.scale
        files = {name: folder / name / "metrics.csv" for name in options.experiments}
        verdicts = options.against / "reports" / options.scale / "ledger.csv"
    else:
        folder = options.root / "reports" / "expected" / options.scale
        files = {name: folder / f"{name}.csv" for name in options.experiments}
        verdicts = folder / "verdicts.csv"
    if missing := [str(file) for file in [*files.values(), verdicts] if not file.exists()]:
        raise ValueError(f"no expectations: {', '.join(missing)}; record them with make expected SCALE={options.scale}")
    return {name: read_metrics(file) for name, file in files.items()}, read_verdicts(verdicts)


def _summary(table, changes, claims, wrong):
    agreeing = table[table["result"] == "agrees"]["kind"].value_counts()
    missed = int(table["result"].isin(["MISS", "MISSING"]).sum())
    flipped = int(changes["result"].isin(["MISS", "MISSING"]).sum())
    words = ", ".join(f"{agreeing.get(kind, 0)} {kind}" for kind in ("exact", "estimate"))
    print(
        f"\n{len(table)} metrics: {words} agree, {int((table['result'] == 'not compared').sum())} bounds are judged by "
        f"their claims, {int((table['result'] == 'new').sum())} new, {missed} miss; {claims} verdicts: "
        f"{claims - len(changes)} the same, {int((changes['result'] == 'changed').sum())} to or from undecided, "
        f"{flipped} miss; {len(wrong)} outputs changed since the build"
    )
    return 1 if missed or flipped or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
