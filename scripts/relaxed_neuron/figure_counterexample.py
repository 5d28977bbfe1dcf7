"""The one-dimensional counterexamples to the theorem."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

TITLES = {
    "misled": "x = (1, −1), y = (1, 1):\nthe relaxed minimiser is a local maximum of L",
    "unbounded": "x = 1, y = −1:\nthe relaxed loss has no minimum",
}


def figure_counterexample(curves):
    """Both losses of the one-dimensional counterexamples."""
    fig, axes = subplots(1, 2, width=11, height=4.6)
    for ax, (name, title) in zip(axes, TITLES.items(), strict=True):
        rows = curves[curves["example"] == name]
        ax.plot(rows["weight"], rows["loss"], "-", color=COLOURS["vermilion"], label="L(w)")
        ax.plot(rows["weight"], rows["relaxed_loss"], "--", color=COLOURS["blue"], label="relaxed $L_r(w)$")
        ax.set(xlabel="weight w", ylabel="loss", title=title, xlim=(-2, 2))
        if name == "misled":
            lowest = rows[np.isclose(rows["loss"], rows["loss"].min(), atol=1e-12)]
            ax.plot(lowest["weight"], lowest["loss"], "o", color=COLOURS["vermilion"], label="minima of L")
            best = rows.loc[rows["relaxed_loss"].idxmin()]
            ax.plot(best["weight"], best["relaxed_loss"], "s", color=COLOURS["blue"], label="minimum of $L_r$")
        ax.legend(loc="upper center")
    axes[0].set_ylim(0, 10)
    return fig


if __name__ == "__main__":
    run(figure_counterexample)
