"""Real data: objective over that of tuned Adam and test accuracy at the same λ, test accuracy at a chosen λ."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, legend_of, measured, plain_log_ticks, sns, spelled, subplots

#: Drawn in this order, the most important on top.
SHOWN = ("gated", "sampled", "SGD", "Adam", "global")


def figure_tasks(tasks, penalties, metrics, settings):
    """A row per task, a mark per method and draw; the last panel only where λ was chosen by validation."""
    adam = tasks[tasks["method"] == "Adam"].set_index(["dataset", "draw", "task"])["objective"]
    tasks = tasks.join(adam.rename("adam"), on=["dataset", "draw", "task"])
    tasks["over_adam"] = tasks["objective"] / tasks["adam"]
    chosen = penalties[penalties["chosen"].astype(bool)]
    panels = [(tasks, "over_adam"), (tasks, "test_accuracy")] + [(chosen, "test_accuracy")] * (len(chosen) > 0)
    names = sorted(tasks.groupby(["task", "dataset"]).groups, key=lambda name: (name[0] != "binary", name[1]))
    rows = {name: k for k, name in enumerate(names)}
    fig, axes = subplots(1, len(panels), width=10, height=2.4 + 0.42 * len(names), sharey=True)
    order = [METHODS[method].name for method in SHOWN]
    style = {"hue": "name", "style": "name", "hue_order": order, "style_order": order} | looks(order)
    style.pop("dashes")
    style |= {"size": "name", "sizes": {name: 170 if name == order[-1] else 75 for name in order}}
    for ax, (table, column) in zip(axes, panels, strict=True):
        table = table.assign(
            row=[rows[name] for name in zip(table["task"], table["dataset"], strict=True)],
            name=table["method"].map(lambda method: METHODS[method].name),
        )
        table = table.sort_values("name", key=lambda names: names.map(order.index), kind="stable")
        sns.scatterplot(table, x=column, y="row", alpha=0.9, ax=ax, **style)
        labels = [spelled(dataset) + f", {task}" * (task != "binary") for task, dataset in names]
        ax.set_yticks(range(len(names)), labels)
        ax.set(ylim=(len(names) - 0.5, -0.5), ylabel="", xlabel="test accuracy, higher is better")
        ax.grid(axis="y", linewidth=0.5, alpha=0.5)
    axes[0].axvline(1, color=METHODS["Adam"].colour, linewidth=1, zorder=0)
    axes[0].set(
        xscale="log", xlabel="objective / that of Adam, lower is better", title=f"Objective, λ = {settings.lam:g}"
    )
    plain_log_ticks(axes[0].xaxis)
    axes[1].set_title(f"Accuracy, λ = {settings.lam:g}")
    if len(chosen):
        axes[2].set_title("Accuracy, λ by validation")
    name = "chosen_accuracy_global_less_adam" if len(chosen) else "accuracy_global_less_adam"
    ratio, gain = measured(metrics, "global_over_adam"), measured(metrics, name, ".1%")
    which = "at the validated λ" if len(chosen) else "at the same λ"
    finding(fig, f"Training over all patterns ends at {ratio} times the objective of tuned Adam; its accuracy less "
            f"Adam's {which}: {gain}")  # fmt: skip
    legend_of(fig, axes[0], ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_tasks)
