"""What the tuning of the steps tuned away: score of every step tried, for each depth and kind of start."""

import numpy as np
import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots, ticks_at

MARKERS = ("o", "s", "^", "D", "v")
HUES = ("blue", "vermilion", "green", "purple", "orange")


def figure_step_sensitivity(trials):
    """A panel for each problem and kind of start, a line for each depth; chosen steps filled, diverged ones crossed."""
    trials = pd.concat(trials, ignore_index=True)
    panels = list(trials.groupby(["problem", "initialisation"], sort=False))
    fig, axes = subplots(1, len(panels), width=4.6 * len(panels), height=4.4, sharey=True, squeeze=False)
    depths = sorted(trials["depth"].unique())
    finite = trials.loc[np.isfinite(trials["score"]), "score"]
    top = finite.max() + 0.4
    for ax, ((problem, start), rows) in zip(axes[0], panels, strict=True):
        for depth, marker, hue in zip(depths, MARKERS, HUES, strict=False):
            some = rows[rows["depth"] == depth].sort_values("step")
            tried, lost = some[~some["diverged"]], some[some["diverged"]]
            style = {"color": COLOURS[hue], "marker": marker, "markersize": 6}
            ax.plot(tried["step"], tried["score"], mfc="white", label=f"H = {depth}", **style)
            best = some[some["step"] == some["best"]]
            ax.plot(best["step"], best["score"], linestyle="none", **style)
            ax.plot(lost["step"], np.full(len(lost), top), "x", color=COLOURS[hue], markersize=7)
        ax.set(xscale="log", xlabel="step × curvature bound", title=f"{problem.replace('_', ' ')}, {start} starts")
        # The first grid is one of powers of two; every second one keeps the labels apart.
        powers = np.arange(np.floor(np.log2(rows["step"].min())), np.log2(rows["step"].max()) + 0.1)
        ticks_at(ax.xaxis, 2.0 ** powers[powers % 2 == 0])
    axes[0, 0].set_ylabel("score: mean log₁₀ gap + share of the steps")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(depths))
    return fig


if __name__ == "__main__":
    run(figure_step_sensitivity)
