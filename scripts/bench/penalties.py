"""Time to a certified gap against the penalty: this project's solver and Clarabel, one thread, a process for each case.

``python scripts/bench/penalties.py``: programs with cones of ``convex_relu.py``'s data, penalties from a tenth of the
smallest one with a zero solution to a thousandth, every answer certified in the same way to 1e-6. Clarabel is asked at
the smaller size only. The table goes to ``reports/benchmarks/penalties.csv``, the curves to ``penalties.png`` beside.
"""

import argparse

from _cases import TABLES, in_own_process, print_row, publish, show
from convex_relu import SOLVERS, benchmark_data, run_case

SHARES = (0.1, 0.03, 0.01, 0.003, 0.001)
SKIPPED = {("clarabel", "m")}  # with 200 patterns it takes a quarter of an hour for one penalty
SHAPES = {"s": (200, 20, 50), "m": (1000, 50, 200)}
TITLES = {"s": "n = 200, d = 20, 50 patterns", "m": "n = 1,000, d = 50, 200 patterns"}
NAMES = {"convexify": "this project", "clarabel": "Clarabel through cvxpy"}


def measured(case):
    """The row of `run_case` at a share of the smallest penalty with a zero solution."""
    from convexify.convex_relu.solvers.regularization_path import beta_max

    X, y, patterns = benchmark_data(case["shape"], case["conditioning"])
    return run_case(case | {"beta": case["share"] * beta_max(X, y, patterns)})


def figure(table):
    """Seconds against the penalty's share, a panel for each size."""
    from convexify_workflow.plotting import COLOURS, finding, legend_of, plain_log_ticks, subplots

    fig, axes = subplots(1, len(SHAPES), width=9, height=4, sharey=True)
    for axis, size in zip(axes, SHAPES, strict=True):
        for solver, colour in (("convexify", "blue"), ("clarabel", "orange")):
            part = table[(table["size"] == size) & (table["solver"] == solver)].sort_values("share")
            if len(part):
                style = {"color": COLOURS[colour], "marker": "o"}
                axis.plot(part["share"], part["processor_seconds"], label=NAMES[solver], **style)
        axis.set(xscale="log", yscale="log", xlabel="penalty / smallest penalty with a zero network")
        axis.set_title(TITLES[size])
    plain_log_ticks(axes[0].yaxis)
    axes[0].set_ylabel("seconds of one thread\n(lower is better)")
    pivot = table.pivot(index=["size", "share"], columns="solver", values="processor_seconds").dropna()
    ratios = pivot["clarabel"] / pivot["convexify"]
    finding(
        fig,
        f"A certified gap of 1e-6 from strong to weak penalties: {ratios.min():.0f} to {ratios.max():.0f} times faster "
        "than Clarabel on small programs, at most "
        f"{table.loc[table['solver'] == 'convexify', 'processor_seconds'].max():.0f} s on the larger ones",
    )
    legend_of(fig, axes[0])
    return fig


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print_row(measured, arguments.case)
        return
    import pandas as pd

    rows = []
    for size, shape in SHAPES.items():
        for solver in SOLVERS:
            for share in () if (solver, size) in SKIPPED else SHARES:
                case = {
                    "form": "cones", "size": size, "shape": shape, "conditioning": "plain", "solver": solver,
                    "share": share, "tol": 1e-6, "repeats": 3 if size == "s" else 1,
                }  # fmt: skip
                rows.append({**case, **in_own_process(__file__, case)})
                show(rows[-1], ("size", "solver", "share", "seconds", "relative_gap", "note"))
    table = pd.DataFrame(rows)
    publish(table.drop(columns=["repeats", "conditioning", "form", "shape"]), "penalties", write=True)
    figure(table).savefig(TABLES / "penalties.png", dpi=150)


if __name__ == "__main__":
    main()
