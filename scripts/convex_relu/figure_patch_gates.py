"""Gates on patches, gates on whole images and SGD: validation loss against λ, test accuracy at the λ chosen."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, plain_log_ticks, subplots

METHODS = {"convex, patch gates": "o", "convex, random gates": "s", "SGD": "^"}


def figure_patch_gates(patch_gates, patch_lams):
    """Left: a line per draw and method, marks at the choice. Right: test accuracy of each draw there, and the mean."""
    fig, (left, right) = subplots(1, 2, width=12, height=4.6)
    for position, ((method, marker), colour) in enumerate(zip(METHODS.items(), CYCLE, strict=False)):
        tried = patch_lams[(patch_lams["method"] == method) & ~patch_lams["diverged"]]
        for draw, rows in tried.groupby("draw"):
            rows = rows.sort_values("lam")
            left.plot(rows["lam"], rows["score"], "-", color=colour, alpha=0.35, linewidth=1)
            best = rows[rows["best"]]
            label = method if draw == tried["draw"].min() else None
            left.plot(best["lam"], best["score"], marker, color=colour, markersize=5, label=label)
        accuracy = patch_gates.loc[patch_gates["method"] == method, "test_accuracy"].to_numpy()
        x = position + np.linspace(-0.12, 0.12, len(accuracy))
        right.plot(x, accuracy, marker, color=colour, alpha=0.6, markersize=5)
        right.plot([position - 0.25, position + 0.25], [accuracy.mean()] * 2, color=colour, linewidth=2)
    left.set(xscale="log", yscale="log", xlabel="λ", ylabel="mean squared error on validation images")
    left.set_title("λ is chosen by validation")
    plain_log_ticks(left.yaxis)
    left.legend(fontsize="small")
    right.set_xticks(range(len(METHODS)), list(METHODS))
    right.set(ylabel="test accuracy", title="Test accuracy at that λ")
    return fig


if __name__ == "__main__":
    run(figure_patch_gates)
