"""Test error of convexified and of trained networks against the number of training images."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, mean_interval, sns, subplots

METHODS = ["CCNN-1", "CCNN-2", "CNN-1", "CNN-2"]
COLUMNS = 3


def figure_errors(errors):
    """One panel for each variant; one line for each method, its mean and 95 % interval over the draws."""
    errors = pd.concat(errors)
    fourier = errors[errors["features"] != "nystroem"]
    variants = list(fourier["variant"].unique())
    rows = -(-len(variants) // COLUMNS)
    fig, axes = subplots(rows, min(COLUMNS, len(variants)), width=9.2, height=1.2 + 2.9 * rows, squeeze=False)
    for variant, ax in zip(variants, axes.flat, strict=False):
        sns.lineplot(
            fourier[fourier["variant"] == variant], x="n", y="test_error", hue="method", style="method",
            hue_order=METHODS, style_order=METHODS, **looks(METHODS), errorbar=mean_interval, err_kws={"alpha": 0.1},
            ax=ax,
        )  # fmt: skip
        ax.set(xscale="log", xlabel="training images n", ylabel="test error", title=variant, ylim=(0, None))
        ax.set_xticks(sorted(fourier["n"].unique()), [f"{n}" for n in sorted(fourier["n"].unique())])
        ax.minorticks_off()
    for ax in axes.flat[len(variants) :]:
        ax.remove()
    legend_of(fig, axes[0, 0])
    finding(fig, _finding(fourier))
    return fig


def _finding(fourier):
    """Mean error of each method over the variants at the largest n, in numbers."""
    most = fourier[fourier["n"] == fourier["n"].max()]
    means = most.groupby("method")["test_error"].mean()
    told = ", ".join(f"{method} {100 * means[method]:.1f} %" for method in METHODS)
    return f"Mean test error with {fourier['n'].max()} images: {told}"


if __name__ == "__main__":
    run(figure_errors)
