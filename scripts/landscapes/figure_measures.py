"""Measures of non-convexity against the number of branches."""

import pandas as pd
from _trends import draw_trend, finish, trend_panels
from matplotlib.ticker import LogLocator, NullLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, laid_out

VARIANTS = {
    "official": "plane of three networks (official)",
    "aligned": "the same, networks aligned by permutation",
    "random": "random filter-normalised directions",
    "constant step": "official plane, one step for every I",
    "fixed total width": "official plane, fixed total width",
}
MEASURES = {
    "relative_violation": "largest midpoint violation\n/ range of the loss",
    "violation_over_gain": "violation between networks\n/ gain of training",
    "chord_violation_over_gain": "violation on chords\n/ gain of training",
    "violation_below_constant": "violation between networks,\nnot scaled",
    "negative_share": "share of the plane with\nnegative curvature",
    "training_loss": "training loss reached",
}
LOGARITHMIC = {"violation_below_constant", "training_loss"}
#: A violation of zero has no place on a logarithmic axis: its foot stands for "none".
FOOT = 1e-4


def figure_measures(measures, rows):
    """Each measure against I: median and range over the repetitions, on the coarse grid that all of them have."""
    measures = pd.concat(measures, ignore_index=True)
    measures = measures[measures["grid"] == "coarse"]
    branches = sorted(measures["branches"].unique())
    fig, panels, first = trend_panels(MEASURES, rows, branches, height=2.55 * len(MEASURES) + 1.1)
    for (name, row), axes in panels.items():
        for colour, (variant, label) in zip(CYCLE, VARIANTS.items(), strict=False):
            values = measures[(measures["row"] == row) & (measures["variant"] == variant)].groupby("branches")[name]
            same_networks = name == "training_loss" and variant in ("aligned", "random")
            if not same_networks and values.median().notna().any():
                draw_trend(axes, values, lower=FOOT if name in LOGARITHMIC else None, color=colour, label=label)
        if name in LOGARITHMIC:
            axes.set(yscale="log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_locator(NullLocator())
    finish(
        fig,
        first,
        "Non-convexity against the number of branches: median and range over repetitions\n"
        "(logarithmic axes end at 0.0001, where no violation is seen)",
    )
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_measures)
