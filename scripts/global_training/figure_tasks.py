"""Real data: objective over that of tuned Adam and test accuracy at the same β, test accuracy at a chosen λ."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, plain_log_ticks, subplots

STYLES = {
    "global": ("global: all patterns", "*", COLOURS["green"]),
    "Adam": ("Adam, step tuned", "^", COLOURS["vermilion"]),
    "SGD": ("SGD, step tuned", "o", COLOURS["orange"]),
    "sampled": ("convex, sampled patterns", "D", COLOURS["blue"]),
    "gated": ("gated: another model", "P", COLOURS["purple"]),
}


def figure_tasks(tasks, penalties, settings):
    """A row per task; the last panel only where λ was chosen by validation."""
    adam = tasks[tasks["method"] == "Adam"].set_index(["dataset", "draw", "task"])["objective"]
    tasks = tasks.join(adam.rename("adam"), on=["dataset", "draw", "task"])
    tasks["over_adam"] = tasks["objective"] / tasks["adam"]
    names = sorted(tasks.groupby(["task", "dataset"]).groups, key=lambda name: (name[0] != "binary", name[1]))
    chosen = penalties[penalties["chosen"].astype(bool)]
    panels = [(tasks, "over_adam"), (tasks, "test_accuracy")] + [(chosen, "test_accuracy")] * (len(chosen) > 0)
    fig, axes = subplots(1, len(panels), width=5.0 * len(panels) + 1, height=2.0 + 0.42 * len(names), sharey=True)
    for ax, (table, column) in zip(axes, panels, strict=True):
        for row, (task, dataset) in enumerate(names):
            part = table[(table["task"] == task) & (table["dataset"] == dataset)]
            for label, marker, colour in reversed(STYLES.values()):
                values = part.loc[part["method"] == _method(label), column]
                size = 11 if marker == "*" else 6.5
                ax.plot(values, [row] * len(values), marker, color=colour, markersize=size, alpha=0.85)
        ax.set_yticks(range(len(names)), [f"{dataset.replace('_', ' ')}, {task}" for task, dataset in names])
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.grid(axis="y", linewidth=0.5, alpha=0.5)
    axes[0].axvline(1, color=COLOURS["vermilion"], linewidth=1, zorder=0)
    axes[0].set(xscale="log", xlabel="objective / objective of tuned Adam", title="Training objective, same β")
    plain_log_ticks(axes[0].xaxis)
    axes[1].set(xlabel="test accuracy", title=f"Test accuracy, same λ = {settings.lam:g}")
    if len(chosen):
        axes[2].set(xlabel="test accuracy", title="Test accuracy, λ chosen by validation")
    handles = [
        axes[0].plot([], [], marker, color=colour, markersize=9, label=label)[0]
        for label, marker, colour in STYLES.values()
    ]
    fig.legend(handles=handles, loc="outside lower center", ncols=5 if len(panels) > 2 else 3)
    return fig


def _method(label):
    return next(method for method, style in STYLES.items() if style[0] == label)


if __name__ == "__main__":
    run(figure_tasks)
