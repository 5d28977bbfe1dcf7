"""Gap to the dual value along gradient descent, beside the certified gap of Douglas–Rachford."""

import numpy as np
from _shown import first_starts

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, band, subplots

FLOOR = 1e-14
GAMMA_COLOURS = [COLOURS["blue"], COLOURS["green"], COLOURS["vermilion"]]


def figure_gap_against_iteration(histories, convergence, target):
    """The first problem of a source: a panel for each depth, one for inputs as given, one for Douglas–Rachford."""
    problem = histories["problem"].iloc[0]
    rows = first_starts(histories[histories["problem"] == problem])
    rows = rows[rows["regulariser"] == "schatten"]
    white = rows[rows["inputs"] == "white"]
    plans = [(f"Gradient descent, H = {depth}", some) for depth, some in white.groupby("depth")]
    plans.append(("Gradient descent, H = 2, inputs not white", rows[rows["inputs"] == "as given"]))
    columns = 3 if len(plans) > 3 else 2
    lines = -(-(len(plans) + 1) // columns)
    fig, axes = subplots(lines, columns, width=12.5, height=3.7 * lines + 0.4, squeeze=False, sharey=True)
    panels = list(axes.flat)
    for ax, (title, some) in zip(panels, plans, strict=False):
        _draw_descents(ax, some)
        ax.set(title=title, xscale="log", xlabel="iteration + 1")
    _draw_douglas_rachford(panels[len(plans)], convergence[convergence["problem"] == problem])
    for ax in panels[: len(plans) + 1]:
        ax.set(yscale="log", ylim=(FLOOR / 3, 30))
        ax.axhline(target, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
    for ax in panels[len(plans) + 1 :]:
        ax.set_visible(False)
    for row in axes:
        row[0].set_ylabel("relative gap to the dual value")
    fig.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def _draw_descents(ax, rows):
    """Median over starts with a band from the best to the worst, for each γ."""
    for colour, (multiple, group) in zip(GAMMA_COLOURS, rows.groupby("gamma_over_sigma_min"), strict=False):
        table = group.pivot(index="iteration", columns="repetition", values="relative_gap")
        table = table.replace(np.inf, np.nan).clip(lower=FLOOR)
        middle, low, high = table.median(axis=1), table.min(axis=1), table.max(axis=1)
        label = f"γ = {multiple:g} σ_min" if multiple else "γ = 0"
        band(ax, table.index + 1, middle, low, high, color=colour, label=label)


def _draw_douglas_rachford(ax, rows):
    rows = rows[rows["gamma_over_sigma_min"] == rows["gamma_over_sigma_min"].max()]
    cases = (("full rank, from zero", True, "zero", "-"), ("bottleneck, random start", False, "random", "--"))
    for text, full_rank, start, style in cases:
        some = rows[(rows["full_rank"] == full_rank) & (rows["start"] == start)]
        for colour, (relaxation, group) in zip(
            (COLOURS["purple"], COLOURS["orange"]), some.groupby("relaxation"), strict=False
        ):
            gap = group["relative_gap"].clip(lower=FLOOR)
            ax.plot(group["iteration"], gap, style, color=colour, label=f"ρ = {relaxation:g}, {text}")
    ax.set(title="Douglas–Rachford on the dual", xlabel="iteration")
    ax.set_xlim(0, None)
    ax.legend(fontsize=8.5, loc="upper right")


if __name__ == "__main__":
    run(figure_gap_against_iteration)
