"""Test error and training loss against the number of parameters."""

from _per_parameter import chosen_optimisers

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import (
    finding,
    legend_of,
    mean_interval,
    measured,
    plain_log_ticks,
    sns,
    spelled,
    subplots,
)

#: Columns shown, with the penalty of their runs.
ROWS = {"test_error": ("chosen", "test error, λ by validation"), "train_loss": ("fixed", "training loss, same λ")}


def figure_per_parameter(runs, metrics, settings):
    """A column for each data set; the optimiser of each network is the one that validation chose."""
    runs = chosen_optimisers(runs)
    runs["name"] = runs["method"].map(lambda method: METHODS[method].name)
    runs["parameters"] = runs.groupby(["dataset", "method", "budget"])["nominal"].transform("mean")
    style = looks(runs["name"])
    convex = set(runs.loc[runs["optimiser"] == "convex", "name"])
    style["dashes"] = {name: (4, 2) if name in convex else "" for name in style["dashes"]}
    fig, axes = subplots(len(ROWS), len(settings.datasets), width=10, height=7.5, sharex=True, sharey="row")
    for (column, (penalty, label)), line in zip(ROWS.items(), axes, strict=True):
        for ax, dataset in zip(line, settings.datasets, strict=True):
            rows = runs[(runs["dataset"] == dataset) & (runs["penalty"] == penalty)]
            sns.lineplot(rows, x="parameters", y=column, hue="name", style="name", errorbar=mean_interval,
                         err_style="bars", ax=ax, **style)  # fmt: skip
            ax.set(xscale="log", xlabel="number of parameters", ylabel=label, title=spelled(dataset))
            plain_log_ticks(ax.xaxis, subs=(1.0, 3.0))
        means = runs[runs["penalty"] == penalty].groupby(["dataset", "method", "budget"])[column].mean()
        line[0].set(yscale="log", ylim=(0.5 * means.min(), None))
        plain_log_ticks(line[0].yaxis)
    finding(fig, "Test error at equal numbers of parameters: branches less fully connected "
            f"{measured(metrics, 'error_branches', '.1%')}, convex program less two-layer network "
            f"{measured(metrics, 'error_sampled', '.1%')}")  # fmt: skip
    legend_of(fig, axes[0, 0], ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_per_parameter)
