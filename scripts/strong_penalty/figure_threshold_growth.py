"""The convexity threshold against the size of the domain."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, finding, sns, subplots, ticks_at


def figure_threshold_growth(growth):
    """Convexity threshold against the half side of the box: it grows without bound."""
    figure, ax = subplots(width=9)
    palette = dict(zip(growth["loss"].unique(), CYCLE, strict=False))
    sns.lineplot(
        growth,
        x="box",
        y="lower",
        hue="loss",
        style="loss",
        estimator=None,
        markers=True,
        dashes=False,
        palette=palette,
        ax=ax,
    )
    for loss, rows in growth.groupby("loss"):
        if np.isfinite(rows["upper"]).all():
            band = {"color": palette[loss], "alpha": 0.3, "linewidth": 0, "label": f"{loss}: up to what is proved"}
            ax.fill_between(rows["box"], rows["lower"], rows["upper"], **band)
    ax.set(xscale="log", yscale="log", xlabel="half side of the domain Θ", ylabel="smallest convexifying λ")
    ticks_at(ax.xaxis, sorted(growth["box"].unique()))
    ticks_at(ax.yaxis, [0.5, 1, 2, 5, 10, 20, 50])
    ax.set_ylim(0.8 * growth["lower"].min(), 1.25 * growth["lower"].max())
    ax.legend(title="loss: what a point shows")
    ends = growth.sort_values("box").groupby("loss")["lower"].agg(["first", "last"])
    times = " and ".join(f"{row.last / row.first:.0f} for {row.Index}" for row in ends.itertuples())
    boxes = growth["box"].max() / growth["box"].min()
    finding(figure, f"A domain {boxes:g} times as wide multiplies the smallest convexifying λ by {times}")
    return figure


if __name__ == "__main__":
    run(figure_threshold_growth)
