"""What becomes of the official plane when one thing is changed."""

import pandas as pd
from _surfaces import draw_contours, drawn_record, title_with_samples, top_of_scale
from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import laid_out, subplots, wrapped

CONTROLS = {
    "aligned": "aligned networks",
    "random": "random directions",
    "constant step": "one step for every I",
    "fixed total width": "fixed total width",
}


def figure_controls(surfaces, measures, rows):
    """Each control at the smallest and the largest number of branches."""
    surfaces, measures = (pd.concat(tables, ignore_index=True) for tables in (surfaces, measures))
    branches = surfaces["branches"].min(), surfaces["branches"].max()
    fig, grid = subplots(
        2 * len(rows), len(CONTROLS), width=3.3 * len(CONTROLS) + 0.8, height=3.3 * 2 * len(rows) + 0.5, squeeze=False
    )
    for index, row in enumerate(rows):
        top = top_of_scale(surfaces, row, ["official", *CONTROLS])
        lines = grid[2 * index : 2 * index + 2]
        for line, number in zip(lines, branches, strict=True):
            for axes, variant in zip(line, CONTROLS, strict=True):
                filled = draw_contours(axes, surfaces, row, number, variant, top=top)
                record = drawn_record(measures, row, number, variant)
                violation = f"violation {record['violation']:.3f} ({100 * record['relative_violation']:.0f} %)"
                axes.set_title(
                    f"{CONTROLS[variant]}\n{violation}\ntraining loss {record['training_loss']:.3f}", fontsize=11
                )
                axes.set_xlabel("first axis", fontsize=11)
            line[0].set_ylabel(f"{wrapped(row['title'], 24)}\nI = {number:,}\nsecond axis", fontsize=11)
        fig.colorbar(filled, ax=lines, label="margin loss (one scale)", pad=0.01, ticks=MaxNLocator(6))
    fig.suptitle(
        title_with_samples(
            "Controls at the smallest and the largest number of branches (violation: also in % of the range)", rows, 110
        ),
        fontsize=12,
    )
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_controls)
