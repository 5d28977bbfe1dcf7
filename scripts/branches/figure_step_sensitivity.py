"""The sensitivity to the step that tuning removes."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import SEQUENTIAL, plt, subplots

REGIMES = {"overlapping": "classes overlap", "realisable": "exclusive or"}


def figure_step_sensitivity(tunings):
    """Mean final loss of the tuning runs against the step, for each number of branches; the chosen step is filled."""
    panels = list(tunings.groupby(["regime", "tau"]))
    fig, axes = subplots(1, len(panels), width=3.6 * len(panels) + 0.4, height=4.2, squeeze=False)
    counts = sorted(tunings["branches"].unique())
    shades = plt.get_cmap(SEQUENTIAL)(np.linspace(0.05, 0.85, len(counts)))
    for panel, ((regime, tau), part) in zip(axes[0], panels, strict=True):
        for count, trials in part[~part["diverged"]].groupby("branches"):
            colour = shades[counts.index(count)]
            trials = trials.sort_values("step")
            panel.plot(trials["step"], trials["score"], "o-", color=colour, markerfacecolor="white", markersize=4,
                       linewidth=1.2, label=f"I = {count}")  # fmt: skip
            panel.plot(*trials.loc[trials["chosen"], ["step", "score"]].to_numpy().T, "o", color=colour, markersize=7)
        panel.set(xscale="log", xlabel="first step", title=f"{REGIMES[regime]}, τ = {tau:g}")
    axes[0, 0].set_ylabel("mean final loss of the tuning runs")
    handles = {
        label: handle for panel in axes[0] for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    handles = {f"I = {count}": handles[f"I = {count}"] for count in counts}
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(counts), fontsize="small")
    fig.suptitle("Tuning of the step, for each number of branches (filled: the step taken)")
    return fig


if __name__ == "__main__":
    run(figure_step_sensitivity)
