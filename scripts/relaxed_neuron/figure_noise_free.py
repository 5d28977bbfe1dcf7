"""Labels without noise: how often each descent finds the planted weights, and how fast it fits the labels."""

import numpy as np
from _methods import METHOD_COLOURS

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

# One for each initial scale.
LINES = ("-", "--", ":", "-.", (0, (1, 4)))


def figure_noise_free(cells):
    """Share of trials that find the planted weights, and median iterations to the training target."""
    clean = cells[cells["noise"] == 0]
    fig, (left, right) = subplots(1, 2, width=12, height=4.8)
    styles = dict(zip(sorted(clean["scale"].unique()), LINES, strict=False))
    reached = clean.assign(iterations=clean["iterations_to_target"].fillna(np.inf))
    for (scale, method), rows in reached.groupby(["scale", "method"]):
        look = {"color": COLOURS[METHOD_COLOURS[method]], "linestyle": styles[scale], "marker": "o", "markersize": 4}
        by_ratio = rows.groupby("ratio")
        left.plot(by_ratio["success"].mean(), label=f"{method}, start × {scale:g}", **look)
        right.plot(by_ratio["iterations"].median().replace(np.inf, np.nan), **look)
    identifiable = clean.dropna(subset="identifiable").astype({"identifiable": float}).groupby("ratio")["identifiable"]
    left.plot(identifiable.mean(), color=COLOURS["grey"], linewidth=5, alpha=0.4, zorder=0, label="w* is identifiable")
    left.set(ylabel="share of trials", title="Share of trials that find the planted weights")
    right.set(ylabel="median iterations to the training target", title="Iterations to the training target")
    right.set_yscale("log")
    for ax in (left, right):
        ax.set_xlabel("samples per dimension n/d")
    fig.legend(loc="outside right center")
    return fig


if __name__ == "__main__":
    run(figure_noise_free)
