"""Frequency of reaching the certified optimum."""

import numpy as np
from matplotlib.lines import Line2D
from scipy.stats import beta

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots


def figure_success_frequency(frequencies):
    """Share of random starts that end at the certified optimum, with 95 % binomial intervals, pooled over draws."""
    fig, axes = subplots(1, 2, width=10.5, height=4.6)
    pooled = frequencies.groupby(["tau", "branches"], as_index=False)[
        ["starts", "certain_successes", "possible_successes"]
    ].sum()
    for colour, (tau, part) in zip(CYCLE, pooled.groupby("tau"), strict=False):
        name = f"τ = {tau:g}" + (" (linear hinge)" if tau >= 1 else "")
        lower = _interval(part["certain_successes"], part["starts"])[0]
        upper = _interval(part["possible_successes"], part["starts"])[1]
        axes[0].fill_between(part["branches"], lower, upper, color=colour, alpha=0.18, linewidth=0)
        axes[0].plot(
            part["branches"], part["possible_successes"] / part["starts"], "o-", color=colour, label=name, markersize=4
        )
        axes[0].plot(
            part["branches"], part["certain_successes"] / part["starts"], "v:", color=colour, markersize=4, linewidth=1
        )
        values = frequencies[frequencies["tau"] == tau].groupby("branches")[["lower", "upper", "median_loss"]].mean()
        axes[1].fill_between(values.index, values["lower"], values["upper"], color=colour, alpha=0.35, linewidth=1.5)
        axes[1].plot(values.index, values["median_loss"], "o-", color=colour, markersize=4, label=name)
    axes[0].set(xscale="log", xlabel="branches I", ylabel="share of starts at the optimum", ylim=(-0.03, 1.03))
    axes[0].set_title("Frequency of reaching the optimum")
    axes[1].set(xscale="log", xlabel="branches I", ylabel="mean τ-hinge loss")
    axes[1].set_title("Median final loss over the certified optimum")
    handles, labels = axes[0].get_legend_handles_labels()
    grey = COLOURS["grey"]
    handles += [Line2D([], [], marker="o", color=grey), Line2D([], [], marker="v", linestyle=":", color=grey)]
    labels += ["possible (left), median (right)", "certain; bands: 95 % (left), certified bracket (right)"]
    fig.legend(handles, labels, loc="outside lower center", ncols=5, fontsize="small")
    return fig


def _interval(successes, trials, level=0.95):
    """Clopper–Pearson interval of a binomial share."""
    tail = (1 - level) / 2
    lower = beta.ppf(tail, successes, trials - successes + 1).copy()
    upper = beta.ppf(1 - tail, successes + 1, trials - successes).copy()
    return np.where(successes == 0, 0.0, lower), np.where(successes == trials, 1.0, upper)


if __name__ == "__main__":
    run(figure_success_frequency)
