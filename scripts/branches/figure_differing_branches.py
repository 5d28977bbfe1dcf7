"""Branches that differ, branches that grow, and networks of the same size without branches."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, finding, mean_interval, measured, medians, sns, subplots

LAWS = {"identical": "identical", "differing": "drawn from one law", "growing": "radius of branch i grows like i"}
COLOUR = dict(zip(LAWS.values(), CYCLE, strict=False))
WIDE = ["size", "width"]
NETWORKS = {"branches": "9 branches,\nwidth 1", "fully connected": "fully connected,\nwidth 5"}
HINGES = {"linear": CYCLE[0], "kinked": CYCLE[1]}


def figure_differing_branches(sums, architectures, numbers):
    """Largest gap over all budgets and Δ_worst against I; relative gaps of networks with and without branches."""
    fig, grid = subplots(2, 2, width=10, height=8)
    gap, delta, networks = grid[0, 0], grid[0, 1], fig.add_subplot(grid[1, 0].get_gridspec()[1, :])
    for unused in grid[1]:
        unused.remove()
    sums = sums.assign(law=sums["law"].map(LAWS))
    for panel, column in ((gap, "largest_gap"), (delta, "delta_worst")):
        medians(panel, sums, "branches", column, hue="law", hue_order=LAWS.values(), palette=COLOUR, marker="o",
                legend=panel is gap)  # fmt: skip
        panel.set(xscale="log", yscale="log", xlabel="branches I")
    counts = np.sort(sums["branches"].unique())
    delta.plot(counts, counts * sums["delta_worst"].min(), ":", color=COLOURS["grey"])
    delta.annotate("like I", (counts[-1], counts[-1] * sums["delta_worst"].min()), ha="right", va="bottom")
    gap.plot(counts, sums.loc[sums["branches"] == 1, "largest_gap"].median() / counts, ":", color=COLOURS["grey"])
    gap.annotate("like 1/I", (counts[-1], gap.get_ylim()[0]), ha="right", va="bottom")
    gap.set(ylabel="largest gap over all budgets", title="Gap (lower is better)")
    delta.set(ylabel=r"$\Delta_{\mathrm{worst}}$", title="Non-convexity of the worst branch")
    gap.legend(title="branches", fontsize="small", loc="lower left")
    _networks(networks, architectures)
    finding(fig, _finding(numbers))
    return fig


def _finding(numbers):
    larger, wider = "fully_connected_minus_branches_gap_linear", "slope_of_gap_against_branch_width_linear"
    return (
        "Branches drawn from one law: the gap goes like a power of I, with exponent "
        f"{measured(numbers, 'exponent_of_gap_of_differing_branches', '.2f')}. "
        f"Relative gap of a fully connected network minus that of branches: {measured(numbers, larger, '.2f')}; "
        f"gained with each doubling of a branch's width: {measured(numbers, wider, '.2f')}"
    )


def _networks(panel, architectures):
    rows = architectures[architectures["comparison"].isin(WIDE)].sort_values(["comparison", "kind"])
    rows = rows.groupby(["comparison", "kind", "hinge", "draw"], sort=False)["relative_gap"].mean().reset_index()
    rows["network"] = rows["kind"].map(lambda kind: NETWORKS.get(kind, f"4 branches,\nwidth {kind}"))
    shared = {"x": "network", "y": "relative_gap", "hue": "hinge", "hue_order": HINGES, "palette": HINGES, "ax": panel}
    sns.stripplot(rows, dodge=True, size=4, alpha=0.5, jitter=False, legend=False, **shared)
    sns.pointplot(rows, dodge=0.4, errorbar=mean_interval, linestyle="none", marker="_", markersize=14, **shared)
    panel.set(xlabel="", ylabel="gap / what the dual\nsays can be gained", ylim=(-0.02, None))
    panel.set_title("Networks of as many weights, and wider branches (bars: 95 % interval of the mean over draws)")
    panel.legend(title="hinge", fontsize="small")


if __name__ == "__main__":
    run(figure_differing_branches)
