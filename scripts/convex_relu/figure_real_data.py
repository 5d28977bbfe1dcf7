"""Real data: objective and test accuracy of every method at the same β, a row per task."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, plain_log_ticks, subplots

STYLES = {
    "convex": ("convex, sampled patterns", "D", COLOURS["blue"]),
    "convex, with the net's patterns": ("convex, with the network's patterns too", "s", COLOURS["green"]),
    "gated": ("gated", "P", COLOURS["purple"]),
    "SGD": ("SGD, best step", "o", COLOURS["orange"]),
    "Adam": ("Adam, best step", "^", COLOURS["vermilion"]),
}


def figure_real_data(real):
    """Left: objective over that of the convex program on sampled patterns. Right: test accuracy. Gaps on the margin."""
    real = pd.concat(real, ignore_index=True)
    tasks = list(real.groupby(["task", "dataset"], sort=False).groups)
    tasks.sort(key=lambda task: (task[0] != "binary", task[1]))
    fig, (left, right) = subplots(1, 2, width=13, height=2.2 + 0.42 * len(tasks), sharey=True)
    handles = {}
    for row, (task, dataset) in enumerate(tasks):
        part = real[(real["task"] == task) & (real["dataset"] == dataset)]
        for method, (label, marker, colour) in STYLES.items():
            style = {"color": colour, "alpha": 0.8, "markersize": 7, "linestyle": "none", "marker": marker}
            draws = part[part["method"] == method]
            (handles[label],) = left.plot(draws["ratio"], [row] * len(draws), **style)
            right.plot(draws["test_accuracy"], [row] * len(draws), **style)
        right.annotate(
            f"gap {part['relative_gap'].max():.0e}",
            (1.01, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize="small",
            annotation_clip=False,
        )
    for ax in (left, right):
        ax.set_yticks(range(len(tasks)), [f"{dataset.replace('_', ' ')}, {task}" for task, dataset in tasks])
        ax.set_ylim(len(tasks) - 0.5, -0.5)
        ax.grid(axis="y", linewidth=0.5, alpha=0.5)
    left.axvline(1, color=COLOURS["grey"], linewidth=1, zorder=0)
    left.set(xscale="log", xlabel="objective / convex objective on sampled patterns", title="Training objective")
    plain_log_ticks(left.xaxis)
    right.set(xlabel="test accuracy", title="Test accuracy, and largest certified gap of the row")
    fig.legend(handles.values(), handles, loc="outside lower center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_real_data)
