"""Wide limits against depth."""

import numpy as np
from _style import VARIANT_STYLE

from convexify_workflow.job import run
from convexify_workflow.plotting import plain_log_ticks, subplots


def figure_depth_limits(limits):
    """Smallest eigenvalue and number of iterations of the limit against depth."""
    limits = limits[limits["draw"] == 0]
    activations = limits["activation"].unique()
    fig, axes = subplots(len(activations), 2, width=11, height=4.0 * len(activations), squeeze=False)
    for row, activation in zip(axes, activations, strict=True):
        part = limits[limits["activation"] == activation]
        for variant, (name, colour, marker) in VARIANT_STYLE.items():
            one = part[part["variant"] == variant]
            row[0].plot(one["depth"], one["smallest_eigenvalue"], color=colour, marker=marker, label=name)
            row[1].plot(
                one["depth"], one["iterations"].replace(np.inf, np.nan), color=colour, marker=marker, label=name
            )
        row[0].set(ylabel=r"$\lambda_{\min}(K^{(H)})$", title=f"{activation}: smallest eigenvalue of the limit")
        row[1].set(ylabel="iterations to the target", title=f"{activation}: gradient descent at infinite width")
        for axis in row:
            axis.set(yscale="log", xlabel="depth H")
            axis.set_xticks(sorted(limits["depth"].unique()))
        if part["iterations"].max() < 100:
            plain_log_ticks(row[1].yaxis, subs=(1, 2, 3, 5))
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


if __name__ == "__main__":
    run(figure_depth_limits)
