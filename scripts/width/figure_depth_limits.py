"""Wide limits against depth."""

import numpy as np
from _style import named

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, measured, medians, plain_log_ticks, subplots


def figure_depth_limits(limits, metrics):
    """Smallest eigenvalue and number of iterations of the limit against depth: median and middle half of the draws."""
    table = named(limits, "variant").replace({"iterations": {np.inf: np.nan}})
    activations, variants = list(table["activation"].unique()), list(table["variant"].unique())
    fig, axes = subplots(len(activations), 2, width=10, height=1.6 + 2.9 * len(activations), squeeze=False, sharex=True)
    style = {"hue": "variant", "style": "variant"} | looks(variants) | {"dashes": False}
    columns = {"smallest_eigenvalue": r"$\lambda_{\min}(K^{(H)})$", "iterations": "iterations to the target"}
    for row, activation in zip(axes, activations, strict=True):
        part = table[table["activation"] == activation]
        for ax, (column, label) in zip(row, columns.items(), strict=True):
            medians(ax, part.dropna(subset=column), "depth", column, spread=("pi", 50), **style)
            ax.set(yscale="log", xlabel="depth H", ylabel=label, title=activation)
            ax.set_xticks(sorted(table["depth"].unique()))
        if part["iterations"].max() < 100:
            plain_log_ticks(row[1].yaxis, subs=(1, 2, 3, 5))
    layer = measured(metrics, "lambda_log_slope_per_layer_fc_softplus", ".2f")
    power = measured(metrics, "lambda_power_of_depth_resnet_softplus", ".2f")
    finding(fig, rf"Softplus: $\log\lambda_{{\min}}$ changes by {layer} a layer in fully connected, in residual "
            rf"networks $\lambda_{{\min}}$ goes like H to the power {power}")  # fmt: skip
    legend_of(fig, axes[0, 0], ncols=5)
    return fig


if __name__ == "__main__":
    run(figure_depth_limits)
