"""The width that is needed against depth."""

import numpy as np
from _style import named, reference

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, measured, medians, subplots

SHOWN = ["fc", "resnet", "skip, no scaling"]


def figure_depth_width(stable_width, target_width, metrics):
    """Width needed for a stable Gram matrix and for reaching the target: median and range over draws or starts."""
    activations = list(stable_width["activation"].unique())
    fig, axes = subplots(len(activations), 2, width=10, height=1.6 + 2.9 * len(activations), squeeze=False, sharex=True)
    criteria = {"stable Gram matrix": stable_width, "target reached in time": target_width}
    for row, activation in zip(axes, activations, strict=True):
        for ax, (title, needed) in zip(row, criteria.items(), strict=True):
            part = needed[(needed["activation"] == activation) & needed["variant"].isin(SHOWN)].dropna(subset="width")
            part = named(part, "variant")
            style = looks(part["variant"].unique()) | {"dashes": False}
            medians(ax, part, "depth", "width", hue="variant", style="variant", **style)
            depths = np.sort(stable_width["depth"].unique())
            start = part.loc[part["depth"] == depths[0], "width"].median()
            reference(ax, depths[::-1], start, lambda H: H, "like H")
            reference(ax, depths[::-1], start, lambda H: 2.0**H, "like $2^H$")
            ax.lines[-1].set_linestyle("--")
            ax.set_yscale("log", base=2)
            ax.yaxis.set_major_formatter("{x:g}")
            ax.set(xlabel="depth H", ylabel="width m needed", title=f"{activation}: {title}", xticks=depths)
            ax.set_ylim(part["width"].min() / 1.5, 1.5 * part["width"].max())
    fc, resnet = (measured(metrics, f"width_power_of_depth_{name}") for name in ("fc", "resnet"))
    finding(fig, f"Width for a stable Gram matrix, as a power of depth: {fc} in fully connected, {resnet} in residual "
            "networks; the theorem's bound is exponential for the former")  # fmt: skip
    legend_of(fig, axes[0, 0])
    return fig


if __name__ == "__main__":
    run(figure_depth_width)
