"""How much of the theorem's bound is used."""

import numpy as np
from _kinds import MARKERS, NAMES, PALETTE

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, sns, subplots

# Below this a gap is a solver's rounding: it is drawn in a strip of its own, below the axis.
ZERO, STRIP = 1e-8, -0.2
PANELS = {True: "hinge linear on the branches (τ large)", False: "hinge with its kink (τ small)"}


def figure_gap_over_bound(gaps):
    """Gap · I / Δ against I: the theorem's constant is 2, one is enough when the hinge is linear."""
    fig, axes = subplots(1, 2, sharey=True, width=10, height=5.4)
    rows = gaps[np.isfinite(gaps["budget"]) & gaps["scaled_gap"].notna() & gaps["kind"].isin(NAMES)]
    # Kinds stand side by side.
    place = rows["branches"] * 1.08 ** (rows["kind"].map(list(NAMES).index) - 2.5)
    zero = rows["gap"] <= ZERO
    rows = rows.assign(branch=rows["kind"].map(NAMES), x=place, y=rows["scaled_gap"].mask(zero, STRIP), zero=zero)
    top = max(2.6, 1.12 * rows["scaled_gap"].max())
    for panel, (linear, title) in zip(axes, PANELS.items(), strict=True):
        part = rows[rows["linear"] == linear]
        panel.axhspan(2 * STRIP, 0, color="0.92", zorder=0)
        panel.axhline(2, color=COLOURS["black"], linewidth=1.2)
        panel.axhline(1, color=COLOURS["grey"], linewidth=1.2, linestyle="--")
        sns.scatterplot(part, x="x", y="y", hue="branch", style="branch", hue_order=NAMES.values(),
                        style_order=NAMES.values(), palette=PALETTE, markers=MARKERS, s=45, ax=panel)  # fmt: skip
        known = part[~part["zero"] & part["closed_form"].notna()]
        predicted = known["closed_form"] * known["branches"] / known["delta_worst"]
        panel.plot(known["x"], predicted, "k.", markersize=3, label="closed form")
        beyond = part[part["scaled_gap_lower"] > 2]
        panel.scatter(beyond["x"], beyond["y"], s=150, facecolors="none", edgecolors="red", linewidths=1.5)
        panel.text(0.99, 1.9 * STRIP, f"gap zero: {part['zero'].sum()} of {len(part)}", ha="right", fontsize="small",
                   transform=panel.get_yaxis_transform())  # fmt: skip
        panel.set(xscale="log", xlabel="branches I", ylabel="gap · I / Δ   (lower is better)", ylim=(2 * STRIP, top))
        panel.set(yticks=np.arange(0, top, 0.5))
        panel.set_title(title)
    axes[0].annotate("the theorem's bound: 2", (0.99, 2.03), xycoords=("axes fraction", "data"), ha="right")
    axes[0].annotate("proved for identical branches: 1", (0.99, 1.03), xycoords=("axes fraction", "data"), ha="right")
    exception = gaps[gaps["kind"] == "counterexample"].iloc[0]
    axes[1].text(0.99, 0.985, f"counterexample: gap {exception['gap']:g} at Δ = {exception['delta_worst']:g} ↑",
                 ha="right", va="top", fontsize="small", transform=axes[1].transAxes)  # fmt: skip
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    for panel in axes:
        panel.get_legend().remove()
    finding(fig, _finding(rows))
    return fig


def _finding(rows):
    linear, kinked = rows[rows["linear"]], rows[~rows["linear"]]
    beyond = (kinked["scaled_gap_lower"] > 2).sum()
    return (
        f"Duality gaps are at most {linear['scaled_gap'].max():.2f} Δ/I where the hinge is linear (the bound: 2Δ/I); "
        f"with its kink {beyond} of {len(kinked)} sampled gaps (ringed) and a counterexample exceed the bound"
    )


if __name__ == "__main__":
    run(figure_gap_over_bound)
