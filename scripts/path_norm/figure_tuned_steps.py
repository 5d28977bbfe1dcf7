"""The sensitivity to the step of descent that was tuned away."""

import numpy as np
import seaborn as sns

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import subplots


def figure_tuned_steps(tuning):
    """Objective against the step, one line for each method and β; the chosen steps are framed."""
    fig, axes = subplots()
    finite = tuning[np.isfinite(tuning["score"])]
    look = looks(finite["method"].unique())
    sns.lineplot(
        finite, x="step", y="score", hue="method", style="method", units="beta", estimator=None, **look, ax=axes,
    )  # fmt: skip
    chosen = finite[np.isclose(finite["step"], finite["chosen"])]
    axes.plot(chosen["step"], chosen["score"], "ks", markersize=11, fillstyle="none")
    axes.set(xscale="log", yscale="log", xlabel="first step η", ylabel="mean objective of the best start")
    edges = int((tuning.groupby(["method", "beta"])["edge"].first() != "none").sum())
    axes.set_title(f"Objective against the step; {edges or 'no'} chosen step{'' if edges == 1 else 's'} on an edge")
    axes.get_legend().set_title(None)
    return fig


if __name__ == "__main__":
    run(figure_tuned_steps)
