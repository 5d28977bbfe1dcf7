"""Errors and numbers of minima against λ, for one problem."""

import pandas as pd
from _collapse import bracket_on_grid
from _marks import mark, simple_predictors
from _names import NAMES, problem_name
from _network import of_network

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import COLOURS, finding, sns, subplots

ERRORS = {"train_error": "network, training", "test_error": "network, test"}
COUNTS = {"distinct_minima": "points", "distinct_functions": "functions"}


def figure_errors_against_lambda(paths, baselines, thresholds, collapse, same, problem):
    """Errors (top) and numbers of minima (bottom) against λ, a column per penalty."""
    path, threshold = of_network(paths), of_network(thresholds).iloc[0]
    dead = of_network(collapse).set_index("property")["upper"]["dead"]
    figure, axes = subplots(2, 3, width=10, height=6.6, sharex=True, sharey="row")
    simple = simple_predictors(baselines)
    style = looks([*ERRORS.values(), *simple["predictor"].unique()])
    for (top, bottom), (kind, name) in zip(axes.T, NAMES.items(), strict=True):
        rows = path[path["penalty"] == kind].sort_values("lam")
        errors = pd.concat(
            [rows.rename(columns=ERRORS).melt("lam", list(ERRORS.values()), "predictor", "error"), simple]
        )
        counts = rows.rename(columns=COUNTS).melt("lam", list(COUNTS.values()), "distinct", "number")
        last = kind == list(NAMES)[-1]
        sns.lineplot(
            errors, x="lam", y="error", hue="predictor", style="predictor", estimator=None, ax=top, legend=last, **style
        )
        sns.lineplot(counts, x="lam", y="number", hue="distinct", style="distinct", markers=["o", "s"], estimator=None,
                     palette=[COLOURS["purple"], COLOURS["sky"]], legend=last, ax=bottom)  # fmt: skip
        if kind != "l2":
            _, dead = bracket_on_grid(rows, rows["hidden_spread"] <= same)
        for ax in (top, bottom):
            mark(ax, dead, threshold if kind != "geometric" else None, named=ax is bottom)
            ax.set(xscale="log", xlabel=r"penalty factor $\lambda$")
        top.set(title=name, ylabel="mean squared error", ylim=(0, None))
        bottom.set(ylabel=f"distinct minima, {int(path['starts'].max())} starts", ylim=(0, None))
    for ax, title in ((axes[0, -1], "error of"), (axes[1, -1], "distinct")):
        ax.legend(title=title, loc="center left", bbox_to_anchor=(1, 0.5))
    finding(figure, _finding(problem_name(problem), path[path["penalty"] == "l2"], baselines, threshold))
    return figure


def _finding(name, path, baselines, threshold):
    """The best test error along λ beside that at the first λ of the grid that is proved convex."""
    constant = baselines.loc[baselines["predictor"] == "constant", "test_error"].min()
    best, convex = path["test_error"].min(), path.loc[path["lam"] >= threshold["upper"], "test_error"]
    there = f"{convex.iloc[0] / constant:.2g}" if len(convex) else "unknown"
    return (
        rf"Test error on {name} under {NAMES['l2']}, over that of the constant: {best / constant:.2g} at the best "
        rf"$\lambda$, {there} where the objective is convex"
    )


if __name__ == "__main__":
    run(figure_errors_against_lambda)
