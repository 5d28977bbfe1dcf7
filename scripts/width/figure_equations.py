"""Which limit each layer has, the defect of eq. (10), and two near-parallel points."""

import numpy as np
from _style import COLOUR, NAMES, reference_slope

from convexify_workflow.job import run
from convexify_workflow.plotting import median_band, subplots, ticks_at


def figure_equations(initial, defects, degeneracy):
    """One panel for each of the three."""
    fig, axes = subplots(1, 3, width=13.5, height=4.8)
    _draw_layers(axes[0], initial)
    _draw_defects(axes[1], defects)
    _draw_degeneracy(axes[2], degeneracy)
    for axis in axes:
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=2, fontsize=8.5, handlelength=3)
    return fig


def _draw_layers(axis, initial):
    widest = initial[(initial["width"] == initial["width"].max()) & (initial["dataset"] == "sphere")]
    layers = sorted(widest["layer"].unique())
    for shift, architecture in enumerate(NAMES):
        part = widest[widest["architecture"] == architecture].groupby("layer").median(numeric_only=True)
        place = np.array(layers) + 0.12 * (shift - 0.5)
        colour, name = COLOUR[architecture], NAMES[architecture]
        axis.plot(place, part["distance_to_k_h"], "o", color=colour, markersize=9, label=f"{name}: to $K^{{(h)}}$")
        axis.plot(place, part["distance_to_limit"], "x", color=colour, markersize=9, label=f"{name}: to its limit")
    axis.set(
        yscale="log",
        xlabel="layer h (the last one: output weights)",
        ylabel="relative distance of $G^{(h)}(0)$",
        title="Only layer H tends to Definition 1",
    )
    axis.set_xticks(layers)


def _draw_defects(axis, defects):
    for architecture, part in defects.groupby("architecture"):
        style = {"color": COLOUR[architecture], "marker": "o", "label": NAMES[architecture]}
        median_band(axis, part, "step_fraction", "linearisation_defect", **style)
    reference_slope(axis, 2.0)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel=r"step as a fraction of $2/\lambda_{\max}$",
        ylabel="relative defect of eq. (10)",
        title="Eq. (10) errs by the square of the step",
    )
    ticks_at(axis.xaxis, sorted(defects["step_fraction"].unique()))
    axis.tick_params(axis="x", rotation=45)


def _draw_degeneracy(axis, degeneracy):
    degeneracy = degeneracy[degeneracy["draw"] == 0]
    for (architecture, activation), part in degeneracy.groupby(["architecture", "activation"]):
        axis.plot(
            part["angle_radians"],
            part["smallest_eigenvalue"],
            color=COLOUR[architecture],
            linestyle="-" if activation == degeneracy["activation"].iloc[0] else "--",
            marker="o",
            label=f"{NAMES[architecture]}, {activation}",
        )
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="angle between two points (radians)",
        ylabel=r"$\lambda_{\min}(K^{(H)})$",
        title="Near-parallel points: angle²",
    )


if __name__ == "__main__":
    run(figure_equations)
