"""What the step changes for every descent baseline: the score of every step tried over the best one."""

import numpy as np
import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, plain_log_ticks, sns, subplots

NAMES = {"sgd": METHODS["SGD"].name, "adam": METHODS["Adam"].name}
#: What tells the tunings of one comparison apart.
KEYS = ("problem", "width", "size", "draw", "task", "dataset", "round")
#: A factor within which a step counts as near the best one.
NEAR = 3.5


def figure_tuned_steps(toy_trials, sensitivity_trials, patch_trials, real_trials):
    """A panel per comparison: training objective over that of the best step, a thin line for each tuning."""
    panels = {
        "toy problems (median start)": toy_trials.assign(method="sgd"),
        "seeds": sensitivity_trials,
        "real data": pd.concat(real_trials, ignore_index=True),
        "images": patch_trials.assign(method="sgd"),
    }
    fig, axes = subplots(2, 2, width=10, height=7.4, sharey=True)
    tried = []
    for ax, (title, table) in zip(axes.flat, panels.items(), strict=True):
        keys = ["method", *(name for name in KEYS if name in table)]
        table = table.assign(method=table["method"].str.lower().map(NAMES))
        best = table[table["best"]].set_index(keys)["step"].rename("best_step")
        table = table.join(best, on=keys)
        table = table.assign(off=table["step"] / table["best_step"], tuning=table.groupby(keys).ngroup())
        sns.lineplot(table[~table["diverged"]], x="off", y="relative_score", hue="method", units="tuning",
                     estimator=None, palette=looks(table["method"])["palette"], alpha=0.5, linewidth=1.2, marker=".",
                     ax=ax)  # fmt: skip
        ax.axvline(1, color="0.8", linewidth=1, zorder=0)
        ax.set(
            xscale="log", yscale="log", xlabel="step / best step", title=f"{title}: {table['tuning'].nunique()} tunings"
        )
        ax.set_ylabel("objective / that of the best step")
        ax.legend(title=None)
        plain_log_ticks(ax.xaxis, subs=(1.0, 3.0))
        tried.append(table)
    tried = pd.concat(tried)
    near = tried[~tried["diverged"] & (np.abs(np.log(tried["off"])) <= np.log(NEAR)) & ~tried["best"]]
    edges = tried.loc[tried["best"], "edge"].ne("")
    finding(
        fig,
        f"A step within a factor of {NEAR:g} of the best one costs descent a median of "
        f"{100 * (near['relative_score'].median() - 1):.0f} % of its objective; "
        f"the best step lies inside its grid in {(~edges).sum()} of {len(edges)} tunings",
    )
    return fig


if __name__ == "__main__":
    run(figure_tuned_steps)
