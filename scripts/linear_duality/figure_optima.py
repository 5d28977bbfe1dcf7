"""The table of optima as a picture."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

HEAD = [
    "problem", "H", "closed form", "dual (DR)", "GD best", "GD median", "GD worst", "reached", "iterations", "plateau",
]  # fmt: skip


def figure_optima(optima):
    """One line per (problem, depth); where descent ends above the dual by more than the digits shown, in orange."""
    cells = [
        [
            row.problem,
            str(row.depth),
            *(f"{value:.8f}" for value in (row.closed_form, row.dual)),
            *(f"{value:.8f}" for value in (row.descent_best, row.descent_median, row.descent_worst)),
            f"{row.runs_at_target} of {row.runs}",
            "–" if np.isnan(row.median_iterations_to_target) else f"{row.median_iterations_to_target:.0f}",
            str(row.longest_plateau),
        ]
        for row in optima.itertuples()
    ]
    fig, ax = subplots(width=11.5, height=0.32 * (len(cells) + 2))
    ax.set_axis_off()
    table = ax.table(cells, colLabels=HEAD, bbox=(0, 0, 1, 1), cellLoc="right", edges="horizontal")
    table.auto_set_font_size(False)
    table.set_fontsize(10.5)
    table.auto_set_column_width(range(len(HEAD)))
    for (line, column), cell in table.get_celld().items():
        cell.set_edgecolor(COLOURS["grey"])
        cell.set_linewidth(0.6)
        if line == 0:
            cell.set_text_props(weight="semibold")
        elif HEAD[column].startswith("GD") and float(cell.get_text().get_text()) > float(cells[line - 1][2]) + 5e-7:
            cell.set_text_props(color=COLOURS["vermilion"])
    gamma = optima["gamma_over_sigma_min"].iloc[0]
    ax.set_title(f"Optima at full rank, γ = {gamma:g} σ_min, relative to the zero network (orange: above the dual)")
    return fig


if __name__ == "__main__":
    run(figure_optima)
