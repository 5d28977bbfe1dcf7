"""Colours, names and lines that the figures share."""

import numpy as np
from matplotlib.lines import Line2D

from convexify_workflow.plotting import COLOURS, median_band, plain_log_ticks, ticks_at

NAMES = {"fc": "fully connected", "resnet": "residual"}
COLOUR = {"fc": COLOURS["vermilion"], "resnet": COLOURS["blue"]}
#: Line style of the data sets in the order in which they appear.
LINES = ("-", "--", ":")
VARIANT_STYLE = {
    "fc": ("fully connected", COLOURS["vermilion"], "o"),
    "resnet": ("residual: skip, 1/H", COLOURS["blue"], "s"),
    "skip, 1/sqrt(H)": ("skip, 1/√H", COLOURS["sky"], "^"),
    "skip, no scaling": ("skip, no scaling", COLOURS["green"], "D"),
    "no skip, 1/H": ("no skip, 1/H", COLOURS["orange"], "v"),
}


def lines_against_width(axis, table, column):
    """Median over the starts, band from smallest to largest; colour by architecture, line by data set."""
    for style, dataset in zip(LINES, table["dataset"].unique(), strict=False):
        for architecture, colour in COLOUR.items():
            part = table[(table["dataset"] == dataset) & (table["architecture"] == architecture)]
            median_band(axis, part, "width", column, color=colour, linestyle=style, marker="o")
    axis.set(xscale="log", yscale="log", xlabel="width m")
    plain_log_ticks(axis.yaxis)
    ticks_at(axis.xaxis, sorted(table["width"].unique()))
    axis.tick_params(axis="x", rotation=45)


def reference_slope(axis, slope):
    """Grey dotted line of the given slope through the last point of the first line."""
    x = np.array(axis.lines[0].get_xdata(), dtype=float)
    y = np.array(axis.lines[0].get_ydata(), dtype=float)
    axis.plot(x, y[-1] * (x / x[-1]) ** slope, ":", color=COLOURS["grey"], label=f"slope {slope:g}")


def legend_handles(datasets):
    """Handles for colours (architecture), lines (data set) and the reference slope of −1/2."""
    handles = [Line2D([], [], color=colour, label=NAMES[name]) for name, colour in COLOUR.items()]
    handles += [
        Line2D([], [], color=COLOURS["black"], linestyle=style, label=name)
        for style, name in zip(LINES, datasets, strict=False)
    ]
    return [*handles, Line2D([], [], color=COLOURS["grey"], linestyle=":", label="slope −1/2")]
