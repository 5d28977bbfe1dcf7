"""Every figure of the experiment from its tables: architecture, surfaces, contours, controls, measures, Hessians."""

import numpy as np
import pandas as pd
from architecture import architecture
from matplotlib.ticker import MaxNLocator, MultipleLocator
from trends import hessian_against_branches, measures_against_branches

from convexify_workflow.plotting import SEQUENTIAL, apply_style, plt, subplots

CONTROLS = {
    "aligned": "aligned networks",
    "random": "random directions",
    "constant step": "one step for every I",
    "fixed total width": "fixed total width",
}


def figures(surfaces, measures, hessian, rows):
    """All figures by output name; each is saved as PNG and SVG."""
    surfaces, measures, hessian = (pd.concat(tables, ignore_index=True) for tables in (surfaces, measures, hessian))
    drawn = {
        "architecture": architecture(),
        "surfaces": surface_grid(surfaces, measures, hessian, rows),
        "contours": contour_grid(surfaces, measures, rows),
        "controls": control_grid(surfaces, measures, rows),
        "measures": measures_against_branches(measures, rows),
        "curvature": hessian_against_branches(hessian, rows),
    }
    for figure in drawn.values():
        # Laid out once here rather than again for each of the two files.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return {f"{name}_{kind}": figure for name, figure in drawn.items() for kind in ("png", "svg")}


def surface_grid(surfaces, measures, hessian, rows):
    """Replica of the survey's Figure 2: one row for each problem, one column for each number of branches."""
    apply_style()
    branches = sorted(surfaces["branches"].unique())
    width, cell, head = 3.7 * len(branches) + 1.2, 4.6, 0.8 + 0.2 * len(rows)
    height = cell * len(rows) + head
    fig = plt.figure(figsize=(width, height), layout="none")
    for index, row in enumerate(rows):
        top, bottom = _top(surfaces, row, ["official"]), height - head - cell * (index + 1)
        fig.text(0.15 / width, (bottom + cell - 0.15) / height, row["title"], fontsize=13, fontweight="bold")
        for column, number in enumerate(branches):
            place = (3.7 * column / width, (bottom + 1.15) / height, 3.7 / width, (cell - 1.35) / height)
            axes = fig.add_axes(place, projection="3d")
            x, y, loss = _surface(surfaces, row, number, "official")
            drawn = axes.plot_surface(
                *np.meshgrid(x, y, indexing="ij"),
                np.minimum(loss, top),
                cmap=SEQUENTIAL,
                vmin=0,
                vmax=top,
                rcount=51,
                ccount=51,
                linewidth=0,
                rasterized=True,
            )
            axes.set(zlim=(0, top), xlabel="first axis", ylabel="second axis")
            axes.tick_params(labelsize=9, pad=0)
            for axis in (axes.xaxis, axes.yaxis):
                axis.labelpad = 1
                axis.label.set_size(10)
                axis.set_major_locator(MultipleLocator(0.5))
            axes.view_init(elev=26, azim=-60)
            axes.set_box_aspect((1, 1, 0.8), zoom=0.95)
            centre = (3.7 * (column + 0.5)) / width
            fig.text(centre, (bottom + cell - 0.4) / height, f"I = {number:,}", fontsize=12, ha="center")
            numbers = _numbers(measures, hessian, row, number)
            fig.text(centre, (bottom + 1.12) / height, numbers, fontsize=11.5, ha="center", va="top", linespacing=1.25)
        bar = fig.add_axes(((width - 1.05) / width, (bottom + 1.5) / height, 0.14 / width, 2.2 / height))
        fig.colorbar(drawn, cax=bar, label="margin loss")
    text = _suptitle("Training loss on the plane of three trained networks", rows, int(9.5 * width))
    fig.suptitle(text, fontsize=12, y=1 - 0.12 / height)
    return fig


def contour_grid(surfaces, measures, rows):
    """The same surfaces as contours, with the three networks marked."""
    branches = sorted(surfaces["branches"].unique())
    width = 3.1 * len(branches) + 0.8
    fig, grid = subplots(
        len(rows),
        len(branches),
        width=width,
        height=3.35 * len(rows) + 0.5,
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for line, row in zip(grid, rows, strict=True):
        top = _top(surfaces, row, ["official"])
        for axes, number in zip(line, branches, strict=True):
            filled = _contours(axes, surfaces, row, number, "official", top)
            record = _record(measures, row, number, "official")
            marks = record[["x_0", "y_0", "x_1", "y_1", "x_2", "y_2"]].to_numpy(dtype=float)
            axes.plot(marks[::2], marks[1::2], "o", color="white", markeredgecolor="black", markersize=6, zorder=3)
            axes.plot(0, 0, "+", color="white", markersize=9, markeredgewidth=1.8, zorder=3)
            title = f"{row['title']}\n" if number == branches[0] else ""
            axes.set_title(f"{title}I = {number:,}   training loss {record['training_loss']:.3f}", fontsize=10)
        fig.colorbar(filled, ax=line, label="margin loss", pad=0.01, ticks=MaxNLocator(6))
        line[0].set_ylabel("second axis")
    for axes in grid[-1]:
        axes.set_xlabel("first axis")
    text = _suptitle("The three networks (circles) and their mean (cross) on their plane", rows, int(8.5 * width))
    fig.suptitle(text, fontsize=12)
    return fig


def control_grid(surfaces, measures, rows):
    """Each control at the smallest and the largest number of branches."""
    branches = surfaces["branches"].min(), surfaces["branches"].max()
    fig, grid = subplots(
        2 * len(rows), len(CONTROLS), width=3.3 * len(CONTROLS) + 0.8, height=3.3 * 2 * len(rows) + 0.5, squeeze=False
    )
    for index, row in enumerate(rows):
        top = _top(surfaces, row, ["official", *CONTROLS])
        lines = grid[2 * index : 2 * index + 2]
        for line, number in zip(lines, branches, strict=True):
            for axes, variant in zip(line, CONTROLS, strict=True):
                filled = _contours(axes, surfaces, row, number, variant, top)
                record = _record(measures, row, number, variant)
                violation = f"violation {record['violation']:.3f} ({100 * record['relative_violation']:.0f} %)"
                axes.set_title(
                    f"{CONTROLS[variant]}\n{violation}\ntraining loss {record['training_loss']:.3f}", fontsize=11
                )
                axes.set_xlabel("first axis", fontsize=11)
            line[0].set_ylabel(f"{_wrapped(row['title'], 24)}\nI = {number:,}\nsecond axis", fontsize=11)
        fig.colorbar(filled, ax=lines, label="margin loss (one scale)", pad=0.01, ticks=MaxNLocator(6))
    fig.suptitle(
        _suptitle(
            "Controls at the smallest and the largest number of branches (violation: also in % of the range)", rows, 110
        ),
        fontsize=12,
    )
    return fig


def _contours(axes, surfaces, row, number, variant, top):
    x, y, loss = _surface(surfaces, row, number, variant)
    levels = np.linspace(0, top, 17)
    clipped = np.clip(loss, 0, top).T
    filled = axes.contourf(x, y, clipped, levels=levels, cmap=SEQUENTIAL)
    axes.contour(x, y, clipped, levels=levels[1:-1], colors="black", linewidths=0.4, alpha=0.5)
    axes.set_aspect("equal")
    return filled


def _surface(surfaces, row, number, variant):
    part = surfaces[
        (surfaces["row"] == row["name"]) & (surfaces["branches"] == number) & (surfaces["variant"] == variant)
    ]
    table = part.pivot(index="x", columns="y", values="loss")
    return table.index.to_numpy(), table.columns.to_numpy(), table.to_numpy()


def _top(surfaces, row, variants):
    """Top of the scale that a row shares: its largest loss, cut at 1, a little above a constant predictor's loss."""
    part = surfaces[(surfaces["row"] == row["name"]) & surfaces["variant"].isin(variants)]
    return min(1.0, float(np.ceil(20 * part["loss"].max()) / 20))


def _record(measures, row, number, variant):
    """The measures of the surface that is drawn: first repetition, finest grid."""
    part = measures[
        (measures["row"] == row["name"])
        & (measures["branches"] == number)
        & (measures["variant"] == variant)
        & (measures["repetition"] == 0)
    ]
    return part.loc[part["grid_points"].idxmax()]


def _numbers(measures, hessian, row, number):
    record = _record(measures, row, number, "official")
    spectrum = hessian[
        (hessian["row"] == row["name"]) & (hessian["branches"] == number) & (hessian["repetition"] == 0)
    ].set_index("loss")
    margin, smooth = spectrum.loc["margin"], spectrum.loc["cross-entropy"]
    return (
        f"violation {record['violation']:.3f} = {100 * record['relative_violation']:.0f} % of range\n"
        f"negative curvature on {100 * record['negative_share']:.0f} % of plane\n"
        f"$λ_{{min}}/λ_{{max}}$ {margin['ratio']:.2f} (cross-entropy {smooth['ratio']:.2f})\n"
        f"negative mass {margin['negative_mass']:.2f} (cross-entropy {smooth['negative_mass']:.2f})\n"
        f"training loss {record['training_loss']:.3f}"
    )


def _suptitle(text, rows, characters):
    used = [
        f"{row['title']}: {row['plane_samples']:,} of {row['samples']:,} training images drawn"
        + (f", {row['pooling']}×{row['pooling']} pixels averaged" if row["pooling"] > 1 else "")
        for row in rows
    ]
    lines = [text, "one scale within a row, cut at a loss of 1; loss over:", *(_wrapped(u, characters) for u in used)]
    return "\n".join(lines)


def _wrapped(text, width=30):
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, figures)  # noqa: F821
