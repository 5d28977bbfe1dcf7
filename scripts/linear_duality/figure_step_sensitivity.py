"""What the tuning of the steps tuned away: score of every step tried, for each depth and kind of start."""

import numpy as np
import pandas as pd
from _names import problem_name

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, legend_of, sns, subplots, ticks_at


def figure_step_sensitivity(trials):
    """A panel for each problem and kind of start, a line for each depth; chosen steps ringed, diverged ones crossed."""
    trials = pd.concat(trials, ignore_index=True).assign(depth=lambda rows: rows["depth"].map("{} layers".format))
    panels = list(trials.groupby(["problem", "initialisation"], sort=False))
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    fig, axes = subplots(rows, columns, width=10, height=1.4 + 3.4 * rows, sharey=True, squeeze=False)
    palette = dict(zip(trials["depth"].unique(), CYCLE, strict=False))
    top = trials.loc[np.isfinite(trials["score"]), "score"].max() + 0.4
    for ax, ((problem, start), some) in zip(axes.flat, panels, strict=False):
        tried = some[~some["diverged"]]
        sns.lineplot(tried, x="step", y="score", hue="depth", style="depth", markers=True, dashes=False,
                     palette=palette, ax=ax)  # fmt: skip
        for row in some[some["step"] == some["best"]].itertuples():
            ax.plot(row.step, row.score, "o", markersize=13, mfc="none", color=palette[row.depth])
        for row in some[some["diverged"]].itertuples():
            ax.plot(row.step, top, "X", color=palette[row.depth], markersize=8)
        ax.set(xscale="log", xlabel="step × curvature bound", ylabel="score, lower is better")
        ax.set_title(f"{problem_name(problem)}, {start.replace('gaussian', 'Gaussian')} starts")
        # The first grid is one of powers of two; every second one keeps the labels apart.
        powers = np.arange(np.floor(np.log2(some["step"].min())), np.log2(some["step"].max()) + 0.1)
        ticks_at(ax.xaxis, 2.0 ** powers[powers % 2 == 0])
    for ax in list(axes.flat)[len(panels) :]:
        ax.set_visible(False)
    edges = trials.groupby(["problem", "initialisation", "depth"])["edge"].first()
    inside = f"{(edges == '').sum()} of {len(edges)}"
    finding(fig, f"The best step (ringed) lies inside its grid in {inside} tunings; a cross: every run diverged")
    legend_of(fig, axes[0, 0])
    return fig


if __name__ == "__main__":
    run(figure_step_sensitivity)
