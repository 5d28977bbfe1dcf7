"""Training error and the bound of the theorem."""

import numpy as np
from _style import COLOUR, NAMES

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots


def figure_rate(losses):
    """Training error and the theorem's bound against iteration, a row for each activation."""
    sphere = losses[losses["dataset"] == "sphere"]
    activations, widths = list(dict.fromkeys(sphere["activation"])), sorted(sphere["width"].unique())
    fig, axes = subplots(
        len(activations), 2, width=11, height=1.2 + 3.3 * len(activations), sharey="row", squeeze=False
    )
    shades = dict(zip(widths, np.linspace(0.25, 1.0, len(widths)), strict=True))
    for row, activation in zip(axes, activations, strict=True):
        for axis, architecture in zip(row, NAMES, strict=True):
            part = sphere[(sphere["architecture"] == architecture) & (sphere["activation"] == activation)]
            for width in widths:
                spread = (
                    part[part["width"] == width].groupby("iteration")["relative_loss"].agg(["median", "min", "max"])
                )
                (line,) = axis.plot(
                    spread.index,
                    spread["median"],
                    color=COLOUR[architecture],
                    alpha=shades[width],
                    label=f"m = {width}",
                )
                if width == widths[-1]:
                    axis.fill_between(
                        spread.index, spread["min"], spread["max"], color=line.get_color(), alpha=0.15, lw=0
                    )
            bounds = part[part["width"] == widths[-1]].groupby("iteration")[["bound", "kernel_bound"]].max()
            for column, style, name in (
                ("bound", "--", "bound of eq. (15)"),
                ("kernel_bound", ":", r"all layers: $(1-\eta\lambda_{\min}(G))^{2k}$"),
            ):
                axis.plot(bounds.index, bounds[column], color=COLOURS["black"], linestyle=style, label=name)
            axis.set(yscale="log", title=f"{activation}, {NAMES[architecture]}")
        row[0].set_ylabel("training error, relative to the start")
    for axis in axes[-1]:
        axis.set_xlabel("iteration k")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, fontsize=9)
    return fig


if __name__ == "__main__":
    run(figure_rate)
