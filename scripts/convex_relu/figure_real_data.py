"""Real data: objective and test accuracy of every method at the same β, a row per task."""

import pandas as pd
from matplotlib.lines import Line2D

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import COLOURS, finding, mean_interval, measured, plain_log_ticks, sns, subplots

WORDS = {
    "convex": "sampled",
    "convex, with the net's patterns": "network's patterns",
    "SGD": "SGD",
    "Adam": "Adam",
    "gated": "gated",
}
NAMES = {method: METHODS[word].name for method, word in WORDS.items()}
SETS = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}


def figure_real_data(real, real_validated, numbers):
    """Objective over that of the convex program on sampled patterns; test accuracy; the same with λ by validation."""
    real, validated = (pd.concat(part, ignore_index=True) for part in (real, real_validated))
    validated = validated.assign(task="binary")
    order = sorted(
        real[["task", "dataset"]].drop_duplicates().itertuples(index=False), key=lambda t: (t.task != "binary", t)
    )
    places = {pair: f"{SETS.get(pair.dataset, pair.dataset)}, {pair.task}" for pair in order}
    fig, axes = subplots(1, 3, width=10, height=2.4 + 0.5 * len(order), sharey=True)
    look = looks(NAMES.values())
    panels = (
        (real, "ratio", "objective at the same λ / convex,\nsampled patterns (lower is better)"),
        (real, "test_accuracy", "test accuracy at the same λ\n(higher is better)"),
        (validated, "test_accuracy", "test accuracy, λ by validation\n(higher is better)"),
    )
    for ax, (table, column, label) in zip(axes, panels, strict=True):
        table = table.assign(place=[places[pair] for pair in zip(table["task"], table["dataset"], strict=True)])
        sns.pointplot(
            table.assign(method=table["method"].map(NAMES)), x=column, y="place", hue="method", order=places.values(),
            hue_order=NAMES.values(), palette=look["palette"], markers=list(look["markers"].values()), dodge=0.6,
            errorbar=mean_interval, linestyle="none", markersize=6, err_kws={"linewidth": 1.5}, legend=False, ax=ax,
            log_scale=10 if column == "ratio" else None,
        )  # fmt: skip
        for points in ax.lines:
            if points.get_marker() == METHODS["gated"].marker:  # another model: its objective wins nothing
                points.set(markerfacecolor="white", markeredgewidth=1)
        ax.set(xlabel=label, ylabel="")
        ax.grid(axis="y", linewidth=0.5, alpha=0.5)
    axes[0].axvline(1, color=COLOURS["grey"], linewidth=1, zorder=0)
    plain_log_ticks(axes[0].xaxis)
    handles = [Line2D([], [], color=look["palette"][name], marker=look["markers"][name], linestyle="none")
               for name in NAMES.values()]  # fmt: skip
    handles[-1].set_markerfacecolor("white")
    fig.legend(handles, NAMES.values(), loc="outside lower center", ncols=3)
    finding(fig, _finding(numbers))
    return fig


def _finding(numbers):
    names = ("real_convex_over_adam", "real_own_patterns_over_descent", "validated_accuracy_convex_less_descent")
    adam, own, accuracy = (measured(numbers, name) for name in names)
    return (
        f"Sampled patterns end at {adam} times Adam's objective, with the network's patterns too "
        f"at {own} times that of descent; test accuracy, convex minus descent: {accuracy}"
    )


if __name__ == "__main__":
    run(figure_real_data)
