"""What seed, batch and step change: a dot per fit."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, plain_log_ticks, subplots

METHODS = {"convex": "convex", "sgd": "SGD", "adam": "Adam"}


def figure_sensitivity(sensitivity):
    """Left: objective of every fit. Right: test accuracy. Colours tell steps, the columns of dots batches."""
    fig, axes = subplots(1, 2, width=11.5, height=4.8)
    ticks, labels = [], []
    handles = {}
    position = 0
    for method, name in METHODS.items():
        rows = sensitivity[sensitivity["method"] == method]
        steps = sorted(rows["step"].dropna().unique())
        for batch in sorted(rows["batch"].unique()):
            part = rows[rows["batch"] == batch]
            groups = [(None, part)] if method == "convex" else [(s, part[part["step"] == s]) for s in steps]
            for k, (step, group) in enumerate(groups):
                colour = "black" if step is None else CYCLE[k + (0 if method == "sgd" else 3)]
                marker = {"convex": "D", "sgd": "o", "adam": "^"}[method]
                x = position + 0.22 * (k - (len(groups) - 1) / 2) + np.linspace(-0.06, 0.06, len(group))
                label = "convex, seeds of the sampled patterns" if step is None else f"{name}, step {step:g}"
                for ax, column in zip(axes, ("relative_objective", "test_accuracy"), strict=True):
                    (handles[label],) = ax.plot(x, group[column], marker, color=colour, alpha=0.7, markersize=5)
            ticks.append(position)
            labels.append("convex" if method == "convex" else f"{name}\nbatch {batch}")
            position += 1
    line = sensitivity.loc[sensitivity["method"] == "convex", ["relative_objective", "test_accuracy"]].median()
    for ax, column in zip(axes, line.index, strict=True):
        ax.axhline(line[column], color="black", linewidth=1, linestyle=":", zorder=0)
        ax.set_xticks(ticks, labels, fontsize="small")
    axes[0].set(
        ylabel="objective / median convex fit to the same samples", yscale="log", title="Objective at the same β"
    )
    plain_log_ticks(axes[0].yaxis)
    axes[1].set(ylabel="test accuracy", title="Test accuracy")
    fig.legend(handles.values(), handles, loc="outside lower center", ncols=4, fontsize="small")
    return fig


if __name__ == "__main__":
    run(figure_sensitivity)
