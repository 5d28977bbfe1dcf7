"""Images upright or turned by a quarter: the relaxation's filter beside that of gradient descent."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, legend_of, measured, plain_log_ticks, sns, subplots

WORDS = {"relaxation": "some draw", "descent": "some start"}


def figure_turned(turned, turned_tuning, numbers):
    """Training loss, test error, and what was tuned."""
    fig, (loss, error, tuned) = subplots(1, 3, width=10, height=3.9)
    names = {method: METHODS[word].name for method, word in WORDS.items()}
    palette = looks(list(names.values()))["palette"]
    rows = turned.assign(method=turned["method"].map(names))
    for panel, column, label in ((loss, "loss", "training loss per image"), (error, "error", "test error")):
        shared = {"x": "method", "y": column, "hue": "method", "order": list(palette), "palette": palette, "ax": panel}
        sns.barplot(rows, alpha=0.5, seed=0, n_boot=300, legend=False, **shared)
        sns.stripplot(rows, legend=False, jitter=False, size=4, **shared)
        panel.set(xlabel="", ylabel=label)
        panel.set_xticks(range(2), ["relaxation", "descent"])
        panel.set_ylim(bottom=0)
    trials = turned_tuning[np.isfinite(turned_tuning["score"])]
    trials = trials.assign(off=trials["step"] / trials["chosen"], method=trials["method"].map(names))
    sns.lineplot(trials, x="off", y="score", hue="method", style="method", ax=tuned, **looks(list(names.values())))
    tuned.axvline(1, color="0.6", linewidth=1, zorder=0)
    tuned.set(xscale="log", yscale="log", xlabel="β or step / the one chosen")
    tuned.set_ylabel("training loss, images of their own")
    legend_of(fig, tuned)
    plain_log_ticks(tuned.xaxis, subs=(1.0, 3.0))
    finding(
        fig,
        f"Turned or upright: the relaxation's filter errs {measured(numbers, 'turned_error_relaxation_minus_descent')} "
        "more often than that of gradient descent",
    )
    return fig


if __name__ == "__main__":
    run(figure_turned)
