"""Duality gaps against the number of branches."""

import numpy as np
from _kinds import NAMES

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots

# Below this a gap is a solver's rounding.
FLOOR = 1e-8


def figure_gap_against_branches(gaps):
    """Certified gaps, both edges of the bracket, on logarithmic axes; one panel for each kind of branch."""
    kinds = ["relu", "two_layer", "homogeneous p=1.5", "homogeneous p=2"]
    fig, axes = subplots(2, 2, sharex=True, sharey=True, width=10, height=7.4)
    finite = gaps[np.isfinite(gaps["budget"])]
    for panel, kind in zip(axes.flat, kinds, strict=True):
        rows = finite[finite["kind"] == kind]
        for colour, (tau, part) in zip(CYCLE, rows.groupby("tau"), strict=False):
            part = part[part["budget"] == part["budget"].max()].sort_values("branches")
            name = f"τ = {tau:g}" + (" (linear)" if part["linear"].all() else "")
            seen = part[part["gap"] > FLOOR]
            centre = (np.maximum(seen["gap_lower"], FLOOR) + seen["gap"]) / 2
            panel.errorbar(
                seen["branches"],
                centre,
                yerr=[centre - np.maximum(seen["gap_lower"], FLOOR), seen["gap"] - centre],
                fmt="o",
                markersize=4,
                capsize=3,
                color=colour,
                label=name,
            )
            panel.plot(part["branches"], part["bound"], color=colour, linewidth=1.2, linestyle="--")
            if part["closed_form"].notna().all() and part["closed_form"].max() > FLOOR:
                shown = part[part["closed_form"] > FLOOR]
                panel.plot(shown["branches"], shown["closed_form"], "+", markersize=11, color=COLOURS["black"])
        if not (rows["gap"] > FLOOR).any():
            panel.text(0.5, 0.5, "every gap is zero", transform=panel.transAxes, ha="center")
        panel.set(xscale="log", yscale="log", title=NAMES[kind])
        panel.set_ylim(FLOOR, 1)
        panel.legend(loc="lower left", fontsize="small")
    for panel in axes[1]:
        panel.set_xlabel("branches I")
    for panel in axes[:, 0]:
        panel.set_ylabel("duality gap P − D")
    fig.suptitle("Gaps fall like 1/I, beside the bound 2Δ/I (dashed); crosses: closed form; gaps of zero are not drawn")
    return fig


if __name__ == "__main__":
    run(figure_gap_against_branches)
