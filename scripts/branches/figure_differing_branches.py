"""Branches that differ, branches that grow, and networks of the same size without branches."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots

LAWS = {
    "identical": "identical branches",
    "differing": "branches drawn from one law",
    "growing": "radius of branch i grows like i",
}
WIDE = ["size", "width"]


def figure_differing_branches(sums, architectures):
    """Largest gap over all budgets and Δ_worst against I; relative gaps of networks with and without branches."""
    fig, axes = subplots(1, 3, width=13, height=4.6)
    for colour, (law, label) in zip(CYCLE, LAWS.items(), strict=False):
        part = sums[sums["law"] == law].groupby("branches")
        for panel, column in zip(axes, ("largest_gap", "delta_worst"), strict=False):
            values = part[column]
            panel.plot(values.mean().index, values.mean(), "o-", color=colour, markersize=4, label=label)
            panel.fill_between(values.mean().index, values.min(), values.max(), color=colour, alpha=0.18, linewidth=0)
    counts = np.sort(sums["branches"].unique())
    axes[1].plot(counts, counts * sums["delta_worst"].min(), ":", color=COLOURS["grey"], label="proportional to I")
    for panel, name in zip(axes, ("largest gap over all budgets", "Δ_worst"), strict=False):
        panel.set(xscale="log", yscale="log", xlabel="branches I", ylabel=name)
    rows = architectures[architectures["comparison"].isin(WIDE)]
    shown = rows.groupby(["comparison", "kind", "hinge"], sort=False)["relative_gap"]
    labels = []
    for place, ((comparison, kind), part) in enumerate(rows.groupby(["comparison", "kind"])):
        labels.append({"branches": "9 branches,\nwidth 1", "fully connected": "fully\nconnected,\nwidth 5"}.get(
            kind, f"4 branches,\nwidth {kind}"))  # fmt: skip
        for shift, colour, hinge in ((-0.15, CYCLE[0], "linear"), (0.15, CYCLE[1], "kinked")):
            values = part.loc[part["hinge"] == hinge].groupby("draw")["relative_gap"].mean()
            axes[2].plot(np.full(len(values), place + shift), values, "o", color=colour, markersize=4, alpha=0.6,
                         label=f"hinge {hinge}" if place == 0 else None)  # fmt: skip
            axes[2].plot(place + shift, shown.get_group((comparison, kind, hinge)).mean(), "_", color="black", ms=14)
    axes[2].set_xticks(range(len(labels)), labels, fontsize="small")
    axes[2].set(ylabel="gap / what the dual says can be gained", ylim=(-0.02, None))
    axes[0].legend(fontsize="small")
    axes[1].legend(fontsize="small")
    axes[2].legend(fontsize="small")
    fig.suptitle("Gaps of branches that differ, and of networks of the same size")
    return fig


if __name__ == "__main__":
    run(figure_differing_branches)
