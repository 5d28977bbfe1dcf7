"""Conditioning and needed width against depth."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, legend_of, measured, medians, subplots, ticks_at


def figure_architectures(limits, needed_widths, metrics):
    """λ_min of the limit, and the width that is needed by two criteria: median and middle half of the draws."""
    fig, (conditioning, *needed) = subplots(1, 3, width=12, height=4.9)
    _lines(conditioning, limits.dropna(subset="smallest_eigenvalue"), "smallest_eigenvalue")
    conditioning.set(
        title=r"softplus: $\lambda_{\min}$ of the limit", ylabel=r"$\lambda_{\min}(K^{(H)})$", yscale="log"
    )
    titles = {
        "stable Gram matrix": r"softplus: $\lambda_{\min}$ at least half its limit",
        "target reached in time": "tanh: target reached in time",
    }
    for axes, (criterion, title) in zip(needed, titles.items(), strict=True):
        _lines(axes, needed_widths[needed_widths["criterion"] == criterion].dropna(subset="width"), "width")
        axes.set(title=title, ylabel="width m needed, of each branch")
        axes.set_yscale("log", base=2)
        axes.yaxis.set_major_formatter("{x:g}")
    error = "lambda_power_minus_exponential_error_"
    root, dense, full = (measured(metrics, error + short, ".2f") for short in ("root", "dense", "fc"))
    finding(fig, rf"Error of a power law of depth less that of an exponential, on $\lambda_{{\min}}$: {root} with "
            f"skips and 1/√H, {dense} with dense skips, {full} fully connected")  # fmt: skip
    legend_of(fig, conditioning, ncols=3)
    return fig


def _lines(axes, table, column):
    named = table.assign(architecture=table["architecture"].map(lambda word: METHODS[word].name))
    # Two architectures may have one curve: markers of the one below stay visible through the other's dashes.
    medians(axes, named, "depth", column, spread=("pi", 50), hue="architecture", style="architecture",
            **looks(named["architecture"].unique()))  # fmt: skip
    axes.set(xscale="log", xlabel="depth H")
    ticks_at(axes.xaxis, np.sort(table["depth"].unique()))


if __name__ == "__main__":
    run(figure_architectures)
