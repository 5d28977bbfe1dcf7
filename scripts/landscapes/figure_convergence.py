"""Training of networks with as many parameters for every number of branches."""

from _trends import answers

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, mean_interval, plain_log_ticks, sns, subplots, ticks_at

SHOWN = {
    "training_loss": "training loss (margin)",
    "test_error": "test error",
    "rises": "rises of the loss between epochs / its fall",
}
TRENDS = {
    "training loss": "equal_parameters_training_loss_trend",
    "test error": "equal_parameters_test_error_trend",
    "rises of the loss": "equal_parameters_rises_trend",
}


def figure_convergence(convergence, steps, numbers):
    """What training reached against I, over draws of images, and the tuning of the step of each I."""
    fig, grid = subplots(2, 2, width=10, height=7.4)
    draws = convergence.groupby(["branches", "repetition"])[list(SHOWN)].mean().reset_index()
    for axes, (name, label) in zip(grid.flat, SHOWN.items(), strict=False):
        sns.scatterplot(convergence, x="branches", y=name, color="0.6", s=18, linewidth=0, ax=axes)
        sns.lineplot(draws, x="branches", y=name, errorbar=mean_interval, marker="o", ax=axes)
        axes.set(xscale="log", xlabel="number of branches I", ylabel="lower is better", title=label)
        ticks_at(axes.xaxis, sorted(draws["branches"].unique()))
        axes.set_ylim(bottom=0)
    best = steps[steps["chosen"]].set_index("branches")["step"]
    tried = steps[~steps["diverged"]]
    tried = tried.assign(off=tried["step"] / tried["branches"].map(best), I=tried["branches"].astype(str))
    sns.lineplot(tried, x="off", y="score", hue="I", style="I", markers=True, dashes=False, estimator=None,
                 palette=CYCLE[: tried["I"].nunique()], ax=grid[1, 1])  # fmt: skip
    grid[1, 1].axvline(1, color="0.8", linewidth=1, zorder=0)
    grid[1, 1].set(xscale="log", ylim=(0, None), xlabel="first step / best step", ylabel="lower is better")
    grid[1, 1].set_title("training loss of the tuning runs")
    plain_log_ticks(grid[1, 1].xaxis, subs=(1.0, 3.0))
    question = (
        f"About {convergence['parameters'].max():,} parameters each: what changes as the number of branches grows?"
    )
    finding(fig, answers(question, numbers, TRENDS))
    return fig


if __name__ == "__main__":
    run(figure_convergence)
