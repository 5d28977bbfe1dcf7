"""Weight decay against Schatten norms on the real data set."""

import pandas as pd
from _shown import first_starts, real

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

FLOOR = 1e-14


def figure_weight_decay(dual, runs, sources, weight_decay_depths):
    """Left: exact gap of weight decay against γ. Right: where descent ends with either regulariser."""
    name, depths = real(sources), list(weight_decay_depths)
    dual, runs = (pd.concat(tables, ignore_index=True) for tables in (dual, runs))
    fig, (left, right) = subplots(1, 2, width=12.5, height=4.6)
    _draw_gaps(left, dual[(dual["problem"] == name) & dual["full_rank"]], depths)
    left.set_title(f"Duality gap of the two regularisers, {name.replace('_', ' ')}")
    runs = first_starts(runs[runs["problem"] == name])
    runs = runs[(runs["inputs"] == "white") & (runs["gamma_over_sigma_min"] > 0) & runs["depth"].isin(depths)]
    _draw_descents(right, runs, depths)
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=5, fontsize=9)
    return fig


def _draw_gaps(ax, rows, depths):
    # At γ = 0 there is no penalty and no gap; the gap does not tend to 0 with γ.
    rows = rows[rows["gamma"] > 0]
    ax.plot(rows["gamma"], rows["relative_gap"].clip(lower=0), color="#C8C8C8", linewidth=7, label="Schatten-H, any H")
    for colour, style, depth in zip(COLOURS.values(), ("-", "--", "-.", ":"), depths, strict=False):
        gap = rows[f"weight_decay_gap_depth_{depth}"].clip(lower=0)
        ax.plot(rows["gamma"], gap, style, color=colour, label=f"weight decay, H = {depth}")
    ax.set(xlabel="γ / σ_max(Ỹ)", ylabel="(optimum − dual) / optimum")
    ax.legend(fontsize=9)


def _draw_descents(ax, runs, depths):
    multiples = sorted(runs["gamma_over_sigma_min"].unique())
    for regulariser, colour, side in (("schatten", COLOURS["blue"], -1), ("weight decay", COLOURS["vermilion"], 1)):
        for k, (multiple, marker) in enumerate(zip(multiples, "o^s", strict=False)):
            some = runs[(runs["regulariser"] == regulariser) & (runs["gamma_over_sigma_min"] == multiple)]
            place = some["depth"].map(depths.index) + side * (0.12 + 0.16 * k)
            above, least = (
                ((some[column] - some["dual"]) / some["zero_network"]).clip(lower=FLOOR)
                for column in ("objective", "optimum")
            )
            label = f"{regulariser.capitalize()}, γ = {multiple:g} σ_min"
            ax.plot(place, above, marker, color=colour, mfc="none", label=label)
            label = "exact optimum" if side + k == 2 else None
            ax.plot(place, least, "_", color="black", markersize=16, label=label)
    ax.set_xticks(range(len(depths)), labels=[f"H = {depth}" for depth in depths])
    ax.set(
        yscale="log",
        ylim=(FLOOR / 3, 30),
        ylabel="(descent's end − dual) / zero network",
        title="Gradient descent against its dual bound",
    )


if __name__ == "__main__":
    run(figure_weight_decay)
