"""Over which samples per dimension, label noise and initial scale either descent is better."""

import matplotlib as mpl
import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import DIVERGING, subplots


def figure_where_each_wins(cells, success_distance):
    """Heat maps over n/d × noise by initial scale: ratio of the median recovery errors, difference in success."""
    scales = sorted(cells["scale"].unique())
    fig, axes = subplots(2, len(scales), width=1.5 + 4.2 * len(scales), height=10.5, squeeze=False)
    for (above, below), (scale, part) in zip(axes.T, cells.groupby("scale"), strict=True):
        medians = _by_cell(part, "recovery_error", "median").clip(lower=success_distance)
        shares = _by_cell(part, "success", "mean")
        ratios = _heat(above, np.log2(medians["relaxed"] / medians["vanilla"]).unstack("noise"), 3.0, _ratio)
        differences = _heat(below, 100 * (shares["vanilla"] - shares["relaxed"]).unstack("noise"), 50.0, _points)
        for ax in (above, below):
            ax.set(title=f"initial scale {scale:g}", xlabel="label noise (standard deviation)")
    axes[0, 0].set_ylabel("samples per dimension n/d")
    axes[1, 0].set_ylabel("samples per dimension n/d")
    label = "median recovery error, relaxed / vanilla\nbelow 1 (blue): relaxed is better"
    bar = fig.colorbar(ratios, ax=axes[0], label=label, extend="both", shrink=0.9)
    bar.set_ticks(range(-3, 4), labels=[_ratio(tick) for tick in range(-3, 4)])
    label = "success rate, relaxed − vanilla (percentage points)\nabove 0 (blue): relaxed is better"
    bar = fig.colorbar(differences, ax=axes[1], label=label, extend="both", shrink=0.9)
    ticks = bar.get_ticks()[1:-1]
    bar.set_ticks(ticks, labels=[_points(tick) for tick in ticks])
    return fig


def _by_cell(cells, column, statistic):
    """One row per n/d and noise, one column per method."""
    return cells.pivot_table(index=["ratio", "noise"], columns="method", values=column, aggfunc=statistic)


def _heat(ax, table, limit, text):
    norm = mpl.colors.TwoSlopeNorm(0.0, -limit, limit)
    image = ax.pcolormesh(table.to_numpy(), norm=norm, cmap=DIVERGING, edgecolor="white", linewidth=0.5)
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        colour = "white" if abs(value) > 0.6 * limit else "black"
        ax.text(column + 0.5, row + 0.5, text(value), ha="center", va="center", color=colour, fontsize=9)
    ax.set_xticks(np.arange(table.shape[1]) + 0.5, labels=[f"{noise:g}" for noise in table.columns])
    ax.set_yticks(np.arange(table.shape[0]) + 0.5, labels=[f"{ratio:g}" for ratio in table.index])
    ax.tick_params(length=0)
    return image


def _ratio(logarithm):
    return f"{2.0**logarithm:.0f}" if logarithm > 6 else f"{2.0**logarithm:.2g}"


def _points(vanilla_minus_relaxed):
    rounded = -round(vanilla_minus_relaxed)
    return f"{rounded:+d}".replace("-", "−") if rounded else "0"


if __name__ == "__main__":
    run(figure_where_each_wins)
