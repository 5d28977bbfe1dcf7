"""Compare the metrics of a scale with the recorded expectations; exit with 1 on a miss. ``--update`` records them."""

import argparse
import sys
from pathlib import Path

from convexify_workflow.verify import compare, record, table_of


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiments", nargs="+", help="ids of the experiments")
    parser.add_argument("--scale", required=True, choices=("smoke", "default", "paper"))
    parser.add_argument("--update", action="store_true", help="write the measured values as the new expectations")
    parser.add_argument("--root", default=".", type=Path, help="folder that holds results/ and reports/")
    parser.add_argument("--second-root", type=Path, help="with --update: root of a build on another processor")
    options = parser.parse_args(arguments)
    if options.second_root and not options.update:
        parser.error("--second-root: expected together with --update")
    missed = unknown = 0
    for experiment in options.experiments:
        metrics = options.root / "results" / options.scale / experiment / "metrics.csv"
        expected = options.root / "reports" / "expected" / options.scale / f"{experiment}.csv"
        if options.update:
            second = options.second_root and options.second_root / metrics.relative_to(options.root)
            record(metrics, expected, second=second)
        result = compare(metrics, expected)
        missed += int((result["verdict"] == "MISS").sum())
        unknown += int((result["verdict"] == "not recorded").sum())
        print(f"\n{experiment} ({options.scale})\n{table_of(result)}")
    summary = f"{missed} metrics miss their expectation" if missed else "all metrics with an expectation agree"
    print(f"\n{summary}" + (f"; {unknown} have none recorded" if unknown else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
