"""What the step changes for every descent baseline: the score of every step tried over the best one."""

import numpy as np
import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, plain_log_ticks, subplots


def figure_tuned_steps(toy_trials, sensitivity_trials, patch_trials, real_trials):
    """A panel per comparison: training objective over that of the best step; a line per tuning, circles at choices."""
    real = pd.concat(real_trials, ignore_index=True)
    real = real.assign(series=real["method"] + ", " + real["task"])
    sizes = toy_trials["problem"] + ", m = " + toy_trials["width"].astype(str)
    toy = toy_trials.assign(series=sizes + toy_trials["size"].map({"small": ", small starts"}).fillna(""))
    panels = {
        "toy problems (median start)": toy,
        "seeds": sensitivity_trials.assign(series=sensitivity_trials["method"].map({"sgd": "SGD", "adam": "Adam"})),
        "real data": real,
        "images (pilot draw)": patch_trials.assign(series="SGD, λ = " + patch_trials["lam"].map("{:.2g}".format)),
    }
    fig, axes = subplots(1, 4, width=15.5, height=4.8)
    for ax, (title, table) in zip(axes, panels.items(), strict=True):
        for (series, rows), colour in zip(table.groupby("series"), np.resize(CYCLE, 99), strict=False):
            keys = [name for name in ("draw", "dataset", "round", "size") if name in rows]
            for k, (_, one) in enumerate(rows.groupby(keys) if keys else [(None, rows)]):
                finite = one[~one["diverged"]].sort_values("step")
                label = series if k == 0 else None
                ax.plot(finite["step"], finite["relative_score"], "-", color=colour, alpha=0.5, lw=1.2, label=label)
                best = finite[finite["best"]]
                ax.plot(best["step"], best["relative_score"], "o", color=colour, mfc="white", markersize=5)
                lost = one[one["diverged"]]
                ax.plot(lost["step"], np.ones(len(lost)), "x", color=colour, markersize=7)
        ax.set(xscale="log", yscale="log", xlabel="step", title=title)
        plain_log_ticks(ax.yaxis)
        ax.legend(fontsize="x-small", loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
    axes[0].set_ylabel("score / score of the best step tried")
    return fig


if __name__ == "__main__":
    run(figure_tuned_steps)
