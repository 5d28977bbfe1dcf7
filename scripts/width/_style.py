"""Names, axes and reference lines that the figures share."""

import numpy as np

from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import COLOURS, medians, plain_log_ticks, ticks_at

#: Words of the tables whose look has another name.
NAMES = {
    "fc": "fully connected",
    "resnet": METHODS["residual"].name,
    "skip, 1/sqrt(H)": METHODS["skip, 1/sqrt(H)"].name,
}
ARCHITECTURES = [NAMES["fc"], NAMES["resnet"]]


def named(table, column="architecture"):
    """The table with the names of architectures or variants instead of their words."""
    return table.assign(**{column: table[column].replace(NAMES)})


def by_architecture(axes, table, x, y, **keywords):
    """Median over the starts, band from smallest to largest, a colour and a marker for each architecture."""
    style = {"hue": "architecture", "style": "architecture", "hue_order": ARCHITECTURES, "style_order": ARCHITECTURES}
    medians(axes, named(table), x, y, **style | looks(ARCHITECTURES) | {"dashes": False} | keywords)


def against_width(axes, table, y):
    """`by_architecture` against the width on logarithmic axes, with a reference of slope −1/2."""
    by_architecture(axes, table, "width", y)
    axes.set(xscale="log", yscale="log", xlabel="width m")
    widths = sorted(table["width"].unique())
    reference(axes, widths, table.loc[table["width"] == widths[-1], y].median(), lambda m: m**-0.5, "slope −1/2")
    plain_log_ticks(axes.yaxis)
    ticks_at(axes.xaxis, widths)
    axes.tick_params(axis="x", rotation=60)


def reference(axes, x, end, law, name):
    """Grey dotted line that follows ``law`` and ends at the value ``end``."""
    x = np.asarray(x, dtype=float)
    axes.plot(x, end * law(x) / law(x[-1]), ":", color=COLOURS["grey"], label=name)
