"""The sensitivity to the step of descent that was tuned away."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, sns, subplots


def figure_tuned_steps(tuning):
    """Objective against the step, one line for each method and β; the chosen steps are framed."""
    fig, axes = subplots()
    finite = tuning[np.isfinite(tuning["score"])]
    named = finite.rename(columns={"beta": "β"})
    palette = looks(finite["method"].unique())["palette"]
    sns.lineplot(named, x="step", y="score", hue="method", style="β", palette=palette, markers=True, ax=axes)
    chosen = finite[np.isclose(finite["step"], finite["chosen"])]
    axes.plot(chosen["step"], chosen["score"], "ks", markersize=11, fillstyle="none")
    axes.set(xscale="log", yscale="log", xlabel="first step η", ylabel="mean objective of the best start")
    edges = int((tuning.groupby(["method", "beta"])["edge"].first() != "none").sum())
    sns.move_legend(axes, "center left", bbox_to_anchor=(1, 0.5))
    finding(fig, f"Objective against the step; {edges or 'no'} chosen step{'' if edges == 1 else 's'} on an edge")
    return fig


if __name__ == "__main__":
    run(figure_tuned_steps)
