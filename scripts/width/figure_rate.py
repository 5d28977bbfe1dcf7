"""Training error and the bound of the theorem."""

import numpy as np
from _style import named

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, measured, medians, sns, subplots

BOUNDS = {"bound": ("bound of eq. (15)", "--"), "kernel_bound": ("rate of all layers in the limit", ":")}


def figure_rate(losses, metrics):
    """Training error and the theorem's bound against iteration: a row each activation, a column each network."""
    sphere = losses[losses["dataset"] == "sphere"]
    steps = np.linspace(0, sphere["iteration"].max(), 31).round()
    widths = sorted(sphere["width"].unique())
    shown = dict.fromkeys([widths[0], widths[len(widths) // 2], widths[-1]])
    table = named(sphere[sphere["iteration"].isin(steps) & sphere["width"].isin(shown)])
    table = table.assign(network=table["width"].map("m = {}".format))
    activations = list(dict.fromkeys(table["activation"]))
    fig, axes = subplots(len(activations), 2, width=10, height=1.2 + 3.2 * len(activations), sharey="row", sharex=True,
                         squeeze=False)  # fmt: skip
    for row, activation in zip(axes, activations, strict=True):
        for ax, key in zip(row, ("fully connected", "residual"), strict=True):
            name = METHODS[key].name
            part = table[(table["architecture"] == name) & (table["activation"] == activation)]
            shades = sns.light_palette(METHODS[key].colour, len(shown) + 1)[1:]
            medians(ax, part, "iteration", "relative_loss", hue="network", palette=shades)
            limits = part[part["width"] == widths[-1]].groupby("iteration")[list(BOUNDS)].max()
            for column, (label, style) in BOUNDS.items():
                ax.plot(limits[column], color=COLOURS["black"], linestyle=style, label=label)
            ax.set(yscale="log", title=f"{activation}, {name}", xlabel="iteration k", ylabel="relative training error")
            ax.legend(fontsize=9.5)
    times = measured(metrics, "rate_over_bound_rate_smallest")
    largest = measured(metrics, "bound_ratio_largest", ".3f")
    finding(fig, f"Training error over the bound of eq. (15): {largest} at most; at the largest width its logarithm "
            f"falls at least {times} times as far as that of the bound, from start to end")  # fmt: skip
    return fig


if __name__ == "__main__":
    run(figure_rate)
