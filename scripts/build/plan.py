"""Print what a build at a scale would take: ``python scripts/build/plan.py --scale paper``; nothing is built."""

import argparse
from pathlib import Path

import pandas as pd

from convexify_workflow.plan import estimated, jobs_of_build, told
from convexify_workflow.settings import SCALES

GPU = Path("reports/benchmarks/gpu.csv")
RECORDED = Path("reports/full_size/jobs.csv")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", required=True, choices=SCALES)
    scale = parser.parse_args().scale
    jobs, studies = jobs_of_build(scale)
    recorded = pd.read_csv(RECORDED) if scale == "paper" and RECORDED.exists() else None
    table = estimated(jobs, studies, scale, recorded=recorded)
    print(told(table, scale, pd.read_csv(GPU) if GPU.exists() else None))


if __name__ == "__main__":
    main()
