"""How much of the theorem's bound is used."""

import numpy as np
from _kinds import NAMES

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots


def figure_gap_over_bound(gaps):
    """Gap · I / Δ against I: the theorem's constant is 2, one is enough when the hinge is linear."""
    fig, axes = subplots(1, 2, sharey=True, width=10, height=4.6)
    rows = gaps[np.isfinite(gaps["budget"]) & gaps["scaled_gap"].notna() & gaps["kind"].isin(NAMES)]
    for panel, linear in zip(axes, (True, False), strict=True):
        for colour, kind in zip(CYCLE, NAMES, strict=False):
            part = rows[(rows["kind"] == kind) & (rows["linear"] == linear)]
            if part.empty:
                continue
            shift = 1.06 ** (list(NAMES).index(kind) - 2.5)
            panel.vlines(
                part["branches"] * shift, part["scaled_gap_lower"], part["scaled_gap"], color=colour, linewidth=1.5
            )
            panel.plot(part["branches"] * shift, part["scaled_gap"], "o", markersize=4, color=colour, label=NAMES[kind])
        panel.axhline(2, color=COLOURS["black"], linewidth=1.2)
        panel.axhline(1, color=COLOURS["grey"], linewidth=1.2, linestyle="--")
        panel.set(xscale="log", xlabel="branches I")
        panel.set_title("hinge linear on the branches (τ large)" if linear else "hinge with its kink (τ small)")
    axes[0].annotate("theorem: 2", (1, 2), xytext=(2, 4), textcoords="offset points")
    axes[0].annotate("enough for identical branches: 1", (1, 1), xytext=(2, 4), textcoords="offset points")
    axes[0].set(ylabel="gap · I / Δ", ylim=(-0.06, max(2.5, 1.1 * rows["scaled_gap"].max())))
    handles = {
        label: handle for panel in axes for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, fontsize="small")
    fig.suptitle("How much of the bound 2Δ/I is used (bars: certified brackets)")
    return fig


if __name__ == "__main__":
    run(figure_gap_over_bound)
