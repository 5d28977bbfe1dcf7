"""Sensitivity to the radii and the steps that were tuned away."""

import numpy as np
import pandas as pd
from matplotlib.ticker import NullFormatter

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, subplots

#: What is tuned, and the score that it is tuned by.
PANELS = {
    "CCNN-1": ("radius R", "validation loss"), "CCNN-2": ("radius R", "validation loss"),
    "CNN-1": ("step η", "validation loss"), "CNN-2": ("step η", "validation loss"),
    "projected SGD": ("step η", "objective"), "descent on filters": ("step η", "objective"),
}  # fmt: skip


def figure_tuned(tuning):
    """One panel for each method, one line for each variant; the chosen value is framed."""
    tuning = pd.concat(tuning)
    fig, axes = subplots(2, 3, width=12.5, height=7)
    colours = dict(zip(tuning["variant"].unique(), CYCLE, strict=False))
    for (method, (tuned, score)), ax in zip(PANELS.items(), axes.flat, strict=True):
        for variant, rows in tuning[tuning["method"] == method].groupby("variant", sort=False):
            rows = rows[np.isfinite(rows["score"])].sort_values("step")
            (line,) = ax.plot(rows["step"], rows["score"], "o-", markersize=4, label=variant, color=colours[variant])
            chosen = rows[np.isclose(rows["step"], rows["chosen"])]
            ax.plot(chosen["step"], chosen["score"], "s", markersize=11, fillstyle="none", color=line.get_color())
        ax.set(xscale="log", xlabel=tuned, ylabel=score, title=method)
        ax.xaxis.set_minor_formatter(NullFormatter())
    axes[0, 0].legend(fontsize="small")
    edges = tuning[tuning["edge"] != "none"].drop_duplicates(["variant", "method"])
    total = len(tuning.drop_duplicates(["variant", "method"]))
    finding(fig, f"The chosen value is framed; it lies on the edge of its grid in {len(edges)} of {total} tunings")
    return fig


if __name__ == "__main__":
    run(figure_tuned)
