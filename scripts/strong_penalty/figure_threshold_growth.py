"""The convexity threshold against the size of the domain."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, subplots


def figure_threshold_growth(growth):
    """Convexity threshold against the half side of the box: it grows without bound."""
    figure, ax = subplots()
    for loss, colour in zip(("a·tanh(wx)", "−θ³"), CYCLE, strict=False):
        rows = growth[growth["loss"] == loss].sort_values("box")
        ax.plot(rows["box"], rows["lower"], "o-", color=colour, label=f"{loss}: found")
        if np.isfinite(rows["upper"]).all():
            proved = f"{loss}: up to what is proved"
            ax.fill_between(
                rows["box"], rows["lower"], rows["upper"], color=colour, alpha=0.3, linewidth=0, label=proved
            )
    ax.set(
        xscale="log", yscale="log", xlabel="half side of the domain Θ", ylabel="smallest convexifying λ",
        title="A larger domain needs a larger λ: on an unbounded one none suffices",
    )  # fmt: skip
    ax.set_xticks(rows["box"], [f"{box:g}" for box in rows["box"]])
    ticks = [0.5, 1, 2, 5, 10, 20, 50]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_ylim(0.8 * growth["lower"].min(), 1.25 * growth["lower"].max())
    ax.minorticks_off()
    ax.legend()
    return figure


if __name__ == "__main__":
    run(figure_threshold_growth)
