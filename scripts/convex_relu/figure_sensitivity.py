"""What a user's choices change: how one program is solved, and the seed of the convex fit, of SGD and of Adam."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import COLOURS, finding, mean_interval, measured, sns, subplots

NAMES = {"convex": METHODS["sampled"].name, "sgd": METHODS["SGD"].name, "adam": METHODS["Adam"].name}
CHOICES = {"solver": "solver", "start": "start", "order": "order"}
#: Smaller differences between answers are rounding.
FLOOR = 1e-12
SPREADS = {"logarithm": "Seeds: log of the objective", "test_accuracy": "Seeds: test accuracy"}


def figure_sensitivity(same_program, sensitivity, numbers):
    """Left: answers to one program, excess over the lowest. Middle, right: standard deviation over the seeds."""
    fig, (same, *spreads) = subplots(1, 3, width=10, height=5)
    excess = same_program["objective"] / same_program.groupby("draw")["objective"].transform("min") - 1
    answers = same_program.assign(excess=excess.clip(lower=FLOOR), choice=same_program["choice"].map(CHOICES))
    sns.stripplot(answers, x="choice", y="excess", color=METHODS["sampled"].colour, alpha=0.7, jitter=False,
                  log_scale=(None, 10), ax=same)  # fmt: skip
    gap = same_program["relative_gap"].max()
    same.axhline(gap, color=COLOURS["grey"], linestyle=":")
    same.annotate(f"largest gap {gap:.0e}", (0.02, gap), xycoords=("axes fraction", "data"), va="bottom")
    same.set(ylabel="objective / lowest − 1", xlabel="", title="One program, many ways")
    runs = sensitivity.assign(logarithm=np.log(sensitivity["objective"]), method=sensitivity["method"].map(NAMES))
    deviation = runs.groupby(["method", "draw"])[list(SPREADS)].std().reset_index()
    look = looks(NAMES.values())
    for ax, (column, title) in zip(spreads, SPREADS.items(), strict=True):
        shared = {"x": "method", "y": column, "hue": "method", "order": NAMES.values(), "palette": look["palette"]}
        sns.stripplot(deviation, alpha=0.5, size=4, jitter=False, legend=False, ax=ax, **shared)
        sns.pointplot(deviation, errorbar=mean_interval, markers="_", markersize=18, legend=False, ax=ax, **shared)
        ax.set(xlabel="", ylabel="standard deviation (lower is better)", title=title)
        ax.set_ylim(bottom=0)
    for ax in spreads:
        ax.set_xticks(range(len(NAMES)), ["convex,\npatterns", "SGD", "Adam"])
    finding(
        fig,
        f"Solver, start and order change the objective by {measured(numbers, 'same_program_spread', '.0e')} at most; "
        "spread over seeds, convex against the mean of SGD and Adam: "
        f"{measured(numbers, 'seed_spread_convex_over_descent')} times as large for the objective, a difference of "
        f"{measured(numbers, 'seed_accuracy_spread_convex_less_descent', '.3f')} for the accuracy",
    )
    return fig


if __name__ == "__main__":
    run(figure_sensitivity)
