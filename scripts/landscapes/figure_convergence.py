"""Training of networks with as many parameters for every number of branches."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, SEQUENTIAL, plt, subplots, ticks_at

SHOWN = {
    "training_loss": "training loss (margin)",
    "test_error": "test error",
    "rises": "rises of the loss between epochs\nover its fall",
}


def figure_convergence(convergence, steps):
    """What training reached against I, one dot for each start, and the tuning of the step of each I."""
    fig, axes = subplots(1, 4, width=15, height=4.3)
    counts = sorted(convergence["branches"].unique())
    for panel, (name, label) in zip(axes, SHOWN.items(), strict=False):
        values = convergence.groupby("branches")[name]
        panel.plot(convergence["branches"] * 1.03, convergence[name], "o", color=CYCLE[0], markersize=3, alpha=0.5)
        panel.plot(counts, values.mean()[counts], "o-", color=CYCLE[1], markersize=6)
        panel.set(xscale="log", xlabel="number of branches I", ylabel=label)
        ticks_at(panel.xaxis, counts)
        panel.set_ylim(bottom=0)
    shades = plt.get_cmap(SEQUENTIAL)(np.linspace(0.05, 0.85, len(counts)))
    for colour, (count, trials) in zip(shades, steps[~steps["diverged"]].groupby("branches"), strict=True):
        trials = trials.sort_values("step")
        axes[3].plot(trials["step"], trials["score"], "o-", color=colour, markerfacecolor="white", label=f"I = {count}")
        axes[3].plot(*trials.loc[trials["chosen"], ["step", "score"]].to_numpy().T, "o", color=colour, markersize=8)
    axes[3].set(xscale="log", xlabel="first step / I", ylabel="training loss of the tuning runs")
    axes[3].legend(fontsize="small")
    low, high = convergence["parameters"].min(), convergence["parameters"].max()
    fig.suptitle(
        f"Networks of {low:,} to {high:,} parameters; one branch is fully connected (dots: starts, line: mean)"
    )
    return fig


if __name__ == "__main__":
    run(figure_convergence)
