"""The sensitivity to the step of gradient descent that was tuned away."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import subplots


def figure_tuned_steps(tuning):
    """Training loss against the step, one line for each number of patches; the chosen step is marked."""
    fig, axes = subplots()
    for patches, rows in tuning.groupby("patches"):
        rows = rows[np.isfinite(rows["score"])].sort_values("step")
        (line,) = axes.plot(rows["step"], rows["score"], "o-", label=f"{patches} patch{'es' if patches > 1 else ''}")
        chosen = rows[np.isclose(rows["step"], rows["chosen"])]
        axes.plot(chosen["step"], chosen["score"], "s", markersize=11, fillstyle="none", color=line.get_color())
    axes.set(xscale="log", yscale="log", xlabel="step η", ylabel="median training loss")
    axes.set_title("Training loss against the step; the chosen one is framed")
    axes.legend()
    return fig


if __name__ == "__main__":
    run(figure_tuned_steps)
