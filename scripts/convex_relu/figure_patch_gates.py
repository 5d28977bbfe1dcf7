"""Test accuracy of gated programs with patch gates and with random gates, and of SGD."""

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, subplots, ticks_at

METHODS = {"convex, patch gates": "o-", "convex, random gates": "s-", "SGD": "^--"}


def figure_patch_gates(patch_gates):
    """A panel per weight decay: mean test accuracy against the number of gates, the bar spans all draws."""
    lams = sorted(patch_gates["lam"].unique())
    fig, axes = subplots(1, len(lams), width=max(7.0, 4.8 * len(lams)), height=4.4, sharey=True, squeeze=False)
    for ax, lam in zip(axes[0], lams, strict=True):
        for (method, style), colour in zip(METHODS.items(), CYCLE, strict=False):
            rows = patch_gates[(patch_gates["lam"] == lam) & (patch_gates["method"] == method)]
            spread = rows.groupby("gates")["test_accuracy"].agg(["mean", "min", "max"])
            errors = [spread["mean"] - spread["min"], spread["max"] - spread["mean"]]
            ax.errorbar(spread.index, spread["mean"], yerr=errors, fmt=style, color=colour, capsize=3, label=method)
        ax.set_xscale("log", base=2)
        counts = sorted(patch_gates["gates"].unique())
        ticks_at(ax.xaxis, counts)
        ax.set(xlabel="gates (for SGD: neurons of each class)", title=f"λ = {lam:g}")
    axes[0, 0].set_ylabel("test accuracy")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_patch_gates)
