"""Real data: objective and test accuracy of every method at the same β, a row per task."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, plain_log_ticks, subplots

STYLES = {
    "convex": ("convex, sampled patterns", "D", COLOURS["blue"]),
    "convex, with the net's patterns": ("convex, with the network's patterns too", "s", COLOURS["green"]),
    "gated": ("gated", "P", COLOURS["purple"]),
    "SGD": ("SGD, tuned step", "o", COLOURS["orange"]),
    "Adam": ("Adam, tuned step", "^", COLOURS["vermilion"]),
}


def figure_real_data(real, real_trials, real_validated):
    """Objective over that of the convex program on sampled patterns; test accuracy; the same with λ by validation."""
    real, validated = (pd.concat(part, ignore_index=True) for part in (real, real_validated))
    tasks = list(real.groupby(["task", "dataset"], sort=False).groups)
    tasks.sort(key=lambda task: (task[0] != "binary", task[1]))
    fig, (left, right, chosen) = subplots(1, 3, width=16.5, height=2.2 + 0.42 * len(tasks), sharey=True)
    handles = {}
    for row, (task, dataset) in enumerate(tasks):
        part = real[(real["task"] == task) & (real["dataset"] == dataset)]
        for method, (label, marker, colour) in STYLES.items():
            style = {"color": colour, "alpha": 0.8, "markersize": 7, "linestyle": "none", "marker": marker}
            draws = part[part["method"] == method]
            (handles[label],) = left.plot(draws["ratio"], [row] * len(draws), **style)
            right.plot(draws["test_accuracy"], [row] * len(draws), **style)
            tuned = validated[(validated["method"] == method) & (validated["dataset"] == dataset)]
            if task == "binary":
                chosen.plot(tuned["test_accuracy"], [row] * len(tuned), **style)
        left.annotate(
            f"gap {part['relative_gap'].max():.0e}",
            (0.99, row - 0.28),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            fontsize="x-small",
            annotation_clip=False,
        )
    for ax in (left, right, chosen):
        ax.set_yticks(range(len(tasks)), [f"{dataset.replace('_', ' ')}, {task}" for task, dataset in tasks])
        ax.set_ylim(len(tasks) - 0.5, -0.5)
        ax.grid(axis="y", linewidth=0.5, alpha=0.5)
    left.axvline(1, color=COLOURS["grey"], linewidth=1, zorder=0)
    left.set(
        xscale="log",
        xlabel="objective / convex objective on sampled patterns",
        title="Training objective, and largest gap of the row",
    )
    plain_log_ticks(left.xaxis)
    right.set(xlabel="test accuracy", title="Test accuracy at the same λ")
    chosen.set(xlabel="test accuracy", title="Binary tasks, λ by validation")
    fig.legend(handles.values(), handles, loc="outside lower center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_real_data)
