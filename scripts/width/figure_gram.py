"""Gram matrices and weights against width."""

from _records import drift, supremum
from _style import against_width

from convexify_workflow.job import run
from convexify_workflow.plotting import finding, legend_of, measured, subplots


def figure_gram(initial, records, metrics):
    """Distance to the limit at the start, changes of Gram matrix and weights while training; a row a data set."""
    datasets = list(records["dataset"].unique())
    H = initial.loc[initial["distance_to_k_h"].notna(), "layer"].max()
    panels = [
        (initial[initial["layer"] == H], "distance_to_k_h", r"$\|G^{(H)}(0)-K^{(H)}\|\,/\,\|K^{(H)}\|$"),
        (drift(records), "drift", r"$\max_k\|G(k)-G(0)\|\,/\,\|G(0)\|$"),
        (
            supremum(records, "weight_distance"),
            "weight_distance",
            r"$\max_{h,k}\|W^{(h)}(k)-W^{(h)}(0)\|_F\,/\,\sqrt{m}$",
        ),
    ]
    fig, axes = subplots(len(datasets), 3, width=10, height=1.5 + 2.9 * len(datasets), squeeze=False, sharey="col")
    for row, dataset in zip(axes, datasets, strict=True):
        for ax, (table, column, label) in zip(row, panels, strict=True):
            against_width(ax, table[table["dataset"] == dataset], column)
            ax.set(ylabel=label, title=dataset)
    slopes = [measured(metrics, name, ".2f") for name in ("gram_slope", "drift_slope", "weight_slope")]
    finding(fig, f"Powers of the width: distance of the Gram matrix to its limit {slopes[0]}, its change in training "
            f"{slopes[1]}, movement of the weights {slopes[2]}")  # fmt: skip
    legend_of(fig, axes[0, 0])
    return fig


if __name__ == "__main__":
    run(figure_gram)
