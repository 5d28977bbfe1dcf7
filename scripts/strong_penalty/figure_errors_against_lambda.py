"""Errors and numbers of minima against λ, for one problem."""

import numpy as np
from _collapse import bracket_on_grid
from _names import NAMES, of_network
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots

BASELINES = {"constant": ":", "ridge": "--", "linearised": "-."}
STYLES = {"dead": "--", "identical": ":"}
BRACKET = {"color": COLOURS["orange"], "alpha": 0.35, "linewidth": 0}


def figure_errors_against_lambda(paths, baselines, thresholds, collapse, same):
    """Errors (top) and numbers of minima (bottom) against λ, a column per penalty, the threshold's bracket shaded."""
    path, threshold = of_network(paths), of_network(thresholds).iloc[0]
    chosen = path[path["penalty"] == "l2"].sort_values("validation_error").iloc[0]
    figure, axes = subplots(2, 3, width=13.5, height=7.2, sharex=True, sharey="row")
    for (top, bottom), (kind, name) in zip(axes.T, NAMES.items(), strict=True):
        rows = path[path["penalty"] == kind].sort_values("lam")
        _draw_errors(top, rows, baselines)
        top.axhline(chosen["test_error"], color=COLOURS["grey"], linewidth=1, label="λ‖θ‖² chosen by validation, test")
        bottom.plot(rows["lam"], rows["distinct_minima"], "o-", label="points")
        bottom.plot(rows["lam"], rows["distinct_functions"], "s--", label="functions (modulo symmetry)")
        marks = _collapse_of(rows, same) if kind != "l2" else of_network(collapse).set_index("property")["upper"]
        for axis in (top, bottom):
            axis.axvspan(threshold["lower"], threshold["upper"], **BRACKET)
            for what, lam in marks.items():
                if np.isfinite(lam):
                    axis.axvline(lam, color=COLOURS["black"], linestyle=STYLES[what], linewidth=1.3)
            axis.set_xscale("log")
        top.set_title(name)
        bottom.set_xlabel("penalty factor λ")
    axes[0, 0].set_ylabel("mean squared error")
    for axis in axes[1]:
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes[1, 0].set_ylabel(f"distinct minima from {int(path['starts'].max())} starts")
    handles = [*axes[0, 0].get_legend_handles_labels()[0], *axes[1, 0].get_legend_handles_labels()[0], *_marks()]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize="small")
    return figure


def _collapse_of(rows, same):
    """λ of the grid from which on the hidden layer adds nothing, and from which on its neurons are one."""
    holds = {"dead": rows["hidden_spread"] <= same, "identical": rows["distinct_neurons"] <= 1}
    return {what: bracket_on_grid(rows, where)[1] for what, where in holds.items()}


def _draw_errors(axis, rows, baselines):
    """Training and test error of the network, test errors of the simple predictors."""
    axis.plot(rows["lam"], rows["train_error"], "o-", label="network, training")
    axis.plot(rows["lam"], rows["test_error"], "s-", label="network, test")
    for (predictor, style), colour in zip(BASELINES.items(), CYCLE[2:], strict=False):
        base = baselines[baselines["predictor"] == predictor]
        base = (of_network(base) if predictor == "linearised" else base).sort_values("lam")
        axis.plot(base["lam"], base["test_error"], style, color=colour, label=f"{predictor}, test")


def _marks():
    """Legend entries of what the vertical lines and the band are."""
    black = {"color": COLOURS["black"], "linewidth": 1.3}
    return [
        Patch(**BRACKET, label="λ_conv: certified bracket"),
        Line2D([], [], linestyle="--", **black, label="λ_zero: hidden layer adds nothing"),
        Line2D([], [], linestyle=":", **black, label="λ_identical: one distinct neuron"),
    ]


if __name__ == "__main__":
    run(figure_errors_against_lambda)
