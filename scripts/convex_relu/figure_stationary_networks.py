"""Stationary networks: their objective against that of the program on their sign patterns, and against the optimum."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, plain_log_ticks, subplots


def figure_stationary_networks(stationary_networks):
    """Left: both objectives, on the diagonal if they agree. Right: how far stationary networks are from the optimum."""
    rows = stationary_networks[stationary_networks["converged"]]
    fig, (left, right) = subplots(1, 2, width=11, height=4.6)
    names = list(rows["problem"].unique())
    for name, colour, marker in zip(names, CYCLE, "os^vDP", strict=False):
        part = rows[rows["problem"] == name]
        left.plot(part["restricted"], part["network"], marker, color=colour, alpha=0.6, label=name)
    ends = np.array([rows["network"].min() * 0.8, rows["network"].max() * 1.25])
    left.plot(ends, ends, color=COLOURS["grey"], linewidth=1, zorder=0)
    left.set(
        xscale="log",
        yscale="log",
        xlabel="optimum of the program on its sign patterns",
        xlim=ends,
        ylim=ends,
        ylabel="objective of the stationary network",
        title=f"Relative difference at most {rows['relative_difference'].max():.1e}",
    )
    for axis in (left.xaxis, left.yaxis):
        plain_log_ticks(axis)
    left.legend(loc="upper left")
    widths = sorted(rows["width"].unique())
    for k, (name, colour, marker) in enumerate(zip(names, CYCLE, "os^vDP", strict=False)):
        part = rows[rows["problem"] == name]
        for position, width in enumerate(widths):
            values = part.loc[part["width"] == width, "ratio"]
            spread = np.linspace(-0.07, 0.07, len(values)) if len(values) > 1 else np.zeros(1)
            right.plot(
                position + 0.2 * (k - (len(names) - 1) / 2) + spread, values.to_numpy(), marker, color=colour, alpha=0.6
            )
    right.axhline(1, color=COLOURS["grey"], linewidth=1, zorder=0)
    right.set_xticks(range(len(widths)), [str(width) for width in widths])
    right.set(
        yscale="log",
        xlabel="width m of the network",
        ylabel="objective / optimum over all patterns",
        title="Stationary is not global",
    )
    plain_log_ticks(right.yaxis)
    return fig


if __name__ == "__main__":
    run(figure_stationary_networks)
