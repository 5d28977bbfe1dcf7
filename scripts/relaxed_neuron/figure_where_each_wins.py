"""Over which samples per dimension, label noise and initial scale either descent is better."""

import numpy as np
from _won import cells_won, map_signs
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle

from convexify_workflow.job import run
from convexify_workflow.plotting import DIVERGING, finding, measured, sns, subplots


def figure_where_each_wins(cells, metrics, success_distance):
    """Heat maps over n/d × noise, one for each initial scale: ratio of the median recovery errors, won cells framed."""
    scales = sorted(cells["scale"].unique())
    fig, axes = subplots(1, len(scales), width=max(10, 3.2 * len(scales)), height=5.4, squeeze=False, sharey=True)
    by = {"index": ["scale", "ratio", "noise"], "columns": "method", "values": "recovery_error", "aggfunc": "median"}
    medians = cells.pivot_table(**by).clip(lower=success_distance)
    ratios = (medians["relaxed"] / medians["vanilla"]).unstack("noise")
    won = (cells_won(map_signs(cells, success_distance)) != "neither").unstack("noise")
    for ax, scale in zip(axes[0], scales, strict=True):
        table = ratios.loc[scale].sort_index(ascending=False)
        sns.heatmap(
            table, ax=ax, cmap=DIVERGING, norm=LogNorm(1 / 8, 8), annot=table.map(_short), fmt="", linewidths=0.5,
            annot_kws={"fontsize": 9}, cbar=ax is axes[0, -1], xticklabels=[f"{noise:g}" for noise in table.columns],
            yticklabels=[f"{ratio:g}" for ratio in table.index],
        )  # fmt: skip
        framed = won.xs(scale, level="scale").loc[table.index, table.columns].to_numpy()
        for (y, x), text in zip(np.ndindex(table.shape), ax.texts, strict=True):
            if framed[y, x]:
                frame = {"edgecolor": text.get_color(), "linewidth": 0.8}
                ax.add_patch(Rectangle((x + 0.08, y + 0.08), 0.84, 0.84, fill=False, **frame))
        ax.set(
            title=f"start × {scale:g}",
            xlabel="label noise",
            ylabel="samples per dimension n/d" if scale == scales[0] else "",
        )
        ax.tick_params(length=0, rotation=0)
    bar = axes[0, -1].collections[0].colorbar
    bar.set_ticks(marks := 2.0 ** np.arange(-3, 4), labels=[f"{mark:g}" for mark in marks])
    bar.minorticks_off()
    bar.set_label("median recovery error, relaxed / squared loss")
    finding(fig, _finding(cells[["noise", "ratio", "scale"]].drop_duplicates()["noise"] > 0, metrics))
    return fig


def _finding(noisy, metrics):
    """How many conditions either descent wins."""
    names = ("cells_noise_free_where_relaxed_wins", "cells_noisy_where_relaxed_wins", "cells_where_vanilla_wins")
    clean, others, vanilla = (measured(metrics, name, ".0f") for name in names)
    return (
        f"Framed: won by a sign test over trials. The relaxed loss wins {clean} of {(~noisy).sum()} conditions without "
        f"label noise and {others} of {noisy.sum()} with it, the squared loss {vanilla} of {len(noisy)}"
    )


def _short(ratio):
    return "<0.1" if ratio < 0.1 else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


if __name__ == "__main__":
    run(figure_where_each_wins)
