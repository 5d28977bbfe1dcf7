"""Test error of convexified and of trained networks against the number of training images."""

import pandas as pd
import seaborn as sns

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

#: Cool colours are convex, warm ones train the network itself.
METHODS = {"CCNN-1": "blue", "CCNN-2": "sky", "CNN-1": "vermilion", "CNN-2": "orange"}


def figure_errors(errors):
    """One panel for each variant; one line for each method."""
    errors = pd.concat(errors)
    fourier = errors[errors["features"] != "nystroem"]
    variants = list(fourier["variant"].unique())
    fig, axes = subplots(1, len(variants), width=1.2 + 2.9 * len(variants), height=4.2, squeeze=False)
    for variant, ax in zip(variants, axes[0], strict=True):
        sns.lineplot(
            fourier[fourier["variant"] == variant], x="n", y="test_error", hue="method", style="method", markers=True,
            hue_order=list(METHODS), style_order=list(METHODS), palette={m: COLOURS[c] for m, c in METHODS.items()},
            errorbar=("sd", 1), err_kws={"alpha": 0.1}, ax=ax, legend=variant == variants[-1],
        )  # fmt: skip
        ax.set(xscale="log", xlabel="training images n", ylabel="test error", title=variant, ylim=(0, None))
        ax.set_xticks(sorted(fourier["n"].unique()), [f"{n}" for n in sorted(fourier["n"].unique())])
        ax.minorticks_off()
    handles, labels = axes[0, -1].get_legend_handles_labels()
    axes[0, -1].get_legend().remove()
    fig.legend(handles, labels, loc="outside right center")
    fig.suptitle(_finding(fourier), fontsize="medium")
    return fig


def _finding(fourier):
    """Mean error of each method over the variants at the largest n, in numbers."""
    most = fourier[fourier["n"] == fourier["n"].max()]
    means = most.groupby("method")["test_error"].mean()
    told = ", ".join(f"{method} {100 * means[method]:.1f} %" for method in METHODS)
    return f"Mean test error with {fourier['n'].max()} images:\n{told}"


if __name__ == "__main__":
    run(figure_errors)
