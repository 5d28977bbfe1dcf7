"""Stationary networks: their objective against that of the program on their sign patterns, and against the optimum."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, finding, measured, plain_log_ticks, sns, subplots


def figure_stationary_networks(stationary_networks, numbers):
    """Left: both objectives, on the diagonal if they agree. Right: how far stationary networks are from the optimum."""
    rows = stationary_networks[stationary_networks["converged"]]
    fig, (left, right) = subplots(1, 2, width=10, height=5)
    names = list(rows["problem"].unique())
    look = {"hue": "problem", "hue_order": names, "palette": dict(zip(names, CYCLE, strict=False))}
    sns.scatterplot(rows, x="restricted", y="network", style="problem", s=45, alpha=0.7, ax=left, **look)
    ends = np.array([rows["network"].min() * 0.8, rows["network"].max() * 1.25])
    left.plot(ends, ends, color=COLOURS["grey"], linewidth=1, zorder=0)
    left.set(xscale="log", yscale="log", xlim=ends, ylim=ends, xlabel="optimum of the program on its sign patterns")
    left.set(ylabel="objective of the stationary network", title="Against the own patterns")
    left.legend(title=None)
    sns.stripplot(rows.assign(width=rows["width"].astype(str)), x="width", y="ratio", dodge=True, alpha=0.7, size=5,
                  jitter=False, legend=False, log_scale=True, ax=right, **look)  # fmt: skip
    right.axhline(1, color=COLOURS["grey"], linewidth=1, zorder=0)
    right.set(xlabel="width m of the network", ylabel="objective / optimum over all patterns")
    right.set_title("Against all patterns (lower is better)")
    for axis in (left.xaxis, left.yaxis, right.yaxis):
        plain_log_ticks(axis)
    finding(
        fig,
        f"Stationary networks: at most {measured(numbers, 'stationary_worst_difference', '.0e')} from the optimum "
        f"for their own sign patterns, {measured(numbers, 'stationary_over_optimum')} times that over all patterns, "
        f"at worst {measured(numbers, 'stationary_largest_over_optimum')} times",
    )
    return fig


if __name__ == "__main__":
    run(figure_stationary_networks)
