"""What a user's choices change: how one program is solved, and the seed of the convex fit, of SGD and of Adam."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, plain_log_ticks, subplots

METHODS = {"convex": ("convex, seed of the patterns", "D", "black"), "sgd": ("SGD, tuned step", "o", "orange"),
           "adam": ("Adam, tuned step", "^", "vermilion")}  # fmt: skip
CHOICES = {"solver": "solvers", "start": "starts", "order": "orders of samples,\nfeatures, patterns"}


def figure_sensitivity(same_program, sensitivity):
    """Left: answers to one program, excess over the lowest. Middle, right: objective, accuracy of every seed's fit."""
    fig, (same, objective, accuracy) = subplots(1, 3, width=15, height=4.6)
    excess = same_program["objective"] / same_program.groupby("draw")["objective"].transform("min") - 1
    for position, choice in enumerate(CHOICES):
        values = excess[same_program["choice"] == choice].clip(lower=1e-12)
        same.plot(position + np.linspace(-0.2, 0.2, len(values)), values, "o", color=COLOURS["blue"], alpha=0.7)
    gap = same_program["relative_gap"].max()
    same.axhline(gap, color=COLOURS["grey"], linestyle=":", label=f"largest certified gap, {gap:.0e}")
    same.set_xticks(range(len(CHOICES)), list(CHOICES.values()), fontsize="small")
    same.set(yscale="log", ylabel="objective / lowest − 1", title="One program, solved in many ways")
    same.legend(fontsize="small", loc="center", bbox_to_anchor=(0.5, 0.85))
    draws = sorted(sensitivity["draw"].unique())
    for k, (method, (label, marker, colour)) in enumerate(METHODS.items()):
        for draw in draws:
            rows = sensitivity[(sensitivity["method"] == method) & (sensitivity["draw"] == draw)]
            x = draw + 0.25 * (k - 1) + np.linspace(-0.07, 0.07, len(rows))
            for ax, column in ((objective, "relative_objective"), (accuracy, "test_accuracy")):
                ax.plot(x, rows[column], marker, color=COLOURS[colour], alpha=0.7, markersize=4,
                        label=label if draw == draws[0] else None)  # fmt: skip
    for ax in (objective, accuracy):
        ax.set_xticks(draws)
        ax.set_xlabel("draw of samples")
    objective.set(ylabel="objective / median convex fit", yscale="log", title="Seeds: objective at the same β")
    plain_log_ticks(objective.yaxis)
    accuracy.set(ylabel="test accuracy", title="Seeds: test accuracy")
    handles, labels = objective.get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, fontsize="small")
    return fig


if __name__ == "__main__":
    run(figure_sensitivity)
