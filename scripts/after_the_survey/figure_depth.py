"""Deeper networks: optima on a line by layers, Adam beside them, and the gap of three layers on data of rank one."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, measured, sns, subplots


def figure_depth(lines, three_layers, metrics):
    """Three panels: optimum over that of two ReLU layers; Adam's excess; gap against the angle of the two slopes."""
    fig, axes = subplots(1, 3, width=12.0, height=3.9)
    lines = lines.assign(
        network=lines["activation"].map({"relu": "ReLU", "absolute": "abs."}) + " " + lines["layers"].astype(str)
    )
    two = lines[(lines["activation"] == "relu") & (lines["layers"] == 2)].set_index("problem")["optimum"]
    lines["relative"] = lines["optimum"] / lines["problem"].map(two)
    sns.stripplot(lines, x="network", y="relative", color=COLOURS["blue"], size=4, jitter=False, ax=axes[0])
    axes[0].axhline(1.0, color="0.6", linewidth=1, zorder=0)
    axes[0].set(xlabel="activation, layers", ylabel="certified optimum over that of ReLU 2", title="Lasso optima")
    trained = lines[lines["best_start"].notna()]
    trained = trained.assign(excess=(trained["best_start"] / trained["optimum"] - 1).clip(lower=1e-6))
    look = METHODS["Adam"]
    sns.stripplot(trained, x="network", y="excess", color=look.colour, marker=look.marker, size=5, jitter=False,
                  ax=axes[1])  # fmt: skip
    axes[1].set(yscale="log", xlabel="activation, layers", ylabel="excess of the best start", title="Adam, step tuned")
    _rank_one(axes[2], three_layers)
    finding(
        fig,
        f"A third ReLU layer lowers the optimum by {measured(metrics, 'lines_third_layer')}, a fourth does not; "
        "three layers of rank one have a gap where the slopes oppose",
    )
    return fig


def _rank_one(ax, table):
    """Proved optimum and Adam over the dual value, problems ordered by the gap."""
    table = table.assign(gap=table["low"] / table["parallel"]).sort_values("gap", kind="stable")
    place = np.arange(len(table))
    for opposite, colour, name in ((False, "grey", "equal signs"), (True, "green", "opposite signs")):
        here = table["opposite"].to_numpy() == opposite
        ax.plot(place[here], table["gap"][here], "s", color=COLOURS[colour], label=f"optimum, {name}")
    look = METHODS["Adam"]
    ax.plot(place, table["best_start"] / table["parallel"], look.marker, color=look.colour, markersize=4,
            label=look.name)  # fmt: skip
    ax.axhline(1.0, color="0.6", linewidth=1, zorder=0)
    ax.set(xlabel="problem, ordered by its gap", ylabel="over the dual value", title="Three layers, rank one")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(fontsize="small")


if __name__ == "__main__":
    run(figure_depth)
