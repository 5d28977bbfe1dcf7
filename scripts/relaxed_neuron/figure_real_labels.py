"""The theorem on real samples: labels of a planted neuron, and the sets' own."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, finding, sns, spelled, subplots

# Excesses below are rounding, and are drawn there; an unbounded relaxed loss is drawn past the largest one.
FLOOR, UNBOUNDED = 1e-6, 0.1


def figure_real_labels(theorem):
    """Relative excess of the loss at the relaxed minimiser over the lowest loss found, by kind of labels."""
    real = theorem[~theorem["source"].isin(["counterexample", "gaussian"])]
    excess = real["relative_excess"].clip(lower=FLOOR).where(real["bounded"], UNBOUNDED)
    table = real.assign(excess=excess, data=real["source"].map(spelled))
    fig, ax = subplots(width=9, height=4.4)
    sns.stripplot(
        table, x="excess", y="labels", hue="data", palette=CYCLE[: table["data"].nunique()], dodge=True, jitter=False,
        size=9, ax=ax,
    )  # fmt: skip
    ax.set(xscale="log", xlim=(FLOOR / 2, 2 * UNBOUNDED), ylabel="labels")
    ax.set_xlabel(r"excess of $L$ at the minimiser of $L_r$ over the lowest $L$ found, relative to $\|y\|^2$")
    ax.set_xticks(
        [FLOOR, 1e-5, 1e-4, 1e-3, 1e-2, UNBOUNDED], ["≤ 10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "$L_r$ unbounded"]
    )
    ax.minorticks_off()
    for edge in np.arange(0.5, table["labels"].nunique() - 1):
        ax.axhline(edge, color=COLOURS["grey"], linewidth=0.6)
    ax.legend(title="data", loc="center left", bbox_to_anchor=(1, 0.5))
    own = real[real["labels"] == "own, in [0, 1]"]
    missed = (own["relative_excess"] > FLOOR).sum()
    finding(
        fig,
        f"With the sets' own labels in [0, 1] the relaxed minimiser misses the lowest loss on {missed} of {len(own)} "
        f"data sets; on {(~real['bounded']).sum()} of {len(real)} problems it does not exist",
    )
    return fig


if __name__ == "__main__":
    run(figure_real_labels)
