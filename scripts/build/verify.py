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
    options = parser.parse_args(arguments)
    missed = 0
    for experiment in options.experiments:
        metrics = options.root / "results" / options.scale / experiment / "metrics.csv"
        expected = options.root / "reports" / "expected" / options.scale / f"{experiment}.csv"
        if options.update:
            record(metrics, expected)
        result = compare(metrics, expected)
        missed += int((result["verdict"] == "MISS").sum())
        print(f"\n{experiment} ({options.scale})\n{table_of(result)}")
    print(f"\n{'all metrics agree' if not missed else f'{missed} metrics miss their expectation'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
