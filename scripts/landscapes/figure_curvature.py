"""Ends of the Hessian's spectrum and its negative share against the number of branches."""

import pandas as pd
from _trends import draw_trend, finish, trend_panels
from matplotlib.ticker import NullFormatter

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, laid_out

LOSSES = {"margin": "margin loss (the training loss)", "cross-entropy": "cross-entropy of the same network"}
SHOWN = {
    "ratio": "$λ_{min}\\,/\\,λ_{max}$",
    "negative_mass": "negative share of the\nspectral mass",
    "smallest": "$-λ_{min}$",
    "largest": "$λ_{max}$",
}


def figure_curvature(hessian, rows):
    """The Hessian at a trained network: median and range over the repetitions."""
    hessian = pd.concat(hessian, ignore_index=True)
    hessian = hessian.assign(smallest=-hessian["smallest"])
    branches = sorted(hessian["branches"].unique())
    fig, panels, first = trend_panels(SHOWN, rows, branches, height=2.6 * len(SHOWN) + 0.9)
    for (name, row), axes in panels.items():
        for colour, (loss, label) in zip(CYCLE, LOSSES.items(), strict=False):
            part = hessian[(hessian["row"] == row) & (hessian["loss"] == loss)]
            draw_trend(axes, part.groupby("branches")[name], color=colour, label=label)
        if name in ("smallest", "largest"):
            axes.set(yscale="log")
            axes.yaxis.set_minor_formatter(NullFormatter())
    finish(fig, first, "Hessian at a trained network: median and range over repetitions")
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_curvature)
