"""The sensitivity to the step that tuning removes."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, plain_log_ticks, sns, subplots

REGIMES = {"overlapping": "classes overlap", "realisable": "exclusive or"}
KEYS = ["regime", "tau", "branches"]
NEAR = 3.5


def figure_step_sensitivity(tunings):
    """Mean final loss of the tuning runs against the step over the best one, for each number of branches."""
    fig, axes = subplots(1, 2, width=10, height=4.6)
    best = tunings[tunings["chosen"]].set_index(KEYS)[["step", "score"]].add_suffix("_best")
    rows = tunings[~tunings["diverged"]].join(best, on=KEYS)
    rows = rows.assign(off=rows["step"] / rows["step_best"], I=rows["branches"].astype(str), τ=rows["tau"].astype(str))
    for panel, (regime, title) in zip(axes, REGIMES.items(), strict=True):
        part = rows[rows["regime"] == regime]
        sns.lineplot(part, x="off", y="score", hue="I", style="τ", palette=CYCLE[: part["I"].nunique()], markers=True,
                     estimator=None, linewidth=1.4, ax=panel)  # fmt: skip
        panel.axvline(1, color="0.8", linewidth=1, zorder=0)
        panel.set(xscale="log", xlabel="first step / best step", title=title, ylim=(0, 1.05 * part["score"].max()))
        panel.set_ylabel("mean final loss (lower is better)")
        panel.legend(fontsize="small", ncols=2)
        plain_log_ticks(panel.xaxis, subs=(1.0, 3.0))
    finding(fig, _finding(rows))
    return fig


def _finding(rows):
    lost, distance = rows["score"] - rows["score_best"], np.abs(np.log(rows["off"]))
    near = distance <= np.log(NEAR)
    return (
        f"A step within a factor of {NEAR:g} of the best one costs up to {lost[near].max():.2g} of loss, "
        f"one farther off up to {lost[~near].max():.2g}: each number of branches has its own"
    )


if __name__ == "__main__":
    run(figure_step_sensitivity)
