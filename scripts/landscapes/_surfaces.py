"""What the figures of surfaces share: one surface, its scale, its measures, its contours and the title above."""

import numpy as np

from convexify_workflow.plotting import SEQUENTIAL, wrapped


def surface_of(surfaces, row, number, variant):
    """Both coordinates and the losses of one plane."""
    part = surfaces[
        (surfaces["row"] == row["name"]) & (surfaces["branches"] == number) & (surfaces["variant"] == variant)
    ]
    table = part.pivot(index="x", columns="y", values="loss")
    return table.index.to_numpy(), table.columns.to_numpy(), table.to_numpy()


def top_of_scale(surfaces, row, variants):
    """Top of the scale that a row shares: its largest loss, cut at 1, a little above a constant predictor's loss."""
    part = surfaces[(surfaces["row"] == row["name"]) & surfaces["variant"].isin(variants)]
    return min(1.0, float(np.ceil(20 * part["loss"].max()) / 20))


def drawn_record(measures, row, number, variant):
    """The measures of the surface that is drawn: first repetition, fine grid."""
    return measures[
        (measures["row"] == row["name"])
        & (measures["branches"] == number)
        & (measures["variant"] == variant)
        & (measures["grid"] == "fine")
    ].squeeze()


def draw_contours(axes, surfaces, row, number, variant, *, top):
    """Filled contours of one plane on a scale from 0 to ``top``; returns them for a colour bar."""
    x, y, loss = surface_of(surfaces, row, number, variant)
    levels = np.linspace(0, top, 17)
    clipped = np.clip(loss, 0, top).T
    filled = axes.contourf(x, y, clipped, levels=levels, cmap=SEQUENTIAL)
    axes.contour(x, y, clipped, levels=levels[1:-1], colors="black", linewidths=0.4, alpha=0.5)
    axes.set_aspect("equal")
    return filled


def title_with_samples(text, rows, characters):
    """Text, then what the loss of each row is taken over, on lines of about ``characters``."""
    used = [
        f"{row['title']}: {row['plane_samples']:,} of {row['samples']:,} training images drawn"
        + (f", {row['pooling']}×{row['pooling']} pixels averaged" if row["pooling"] > 1 else "")
        for row in rows
    ]
    lines = [text, "one scale within a row, cut at a loss of 1; loss over:", *(wrapped(u, characters) for u in used)]
    return "\n".join(lines)
