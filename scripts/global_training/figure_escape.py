"""Networks that SGD left in bad minima of the five points, and what global training makes of each of them."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots


def figure_escape(escape):
    """A line per start from its objective after SGD to that after global training; the certified optimum below."""
    fig, ax = subplots(width=7.0, height=4.2)
    rows = escape.sort_values("before", ascending=False)
    place = np.arange(1, len(rows) + 1)
    bound = escape["lower_bound"].max()
    ax.vlines(place, rows["after"], rows["before"], color="0.8", linewidth=1.2, zorder=1)
    ax.plot(place, rows["before"], "o", color=COLOURS["orange"], label="where SGD ended")
    ax.plot(
        place, rows["after"], "*", color=COLOURS["green"], markersize=11, label="the same network, trained globally"
    )
    ax.axhline(bound, color=COLOURS["blue"], linewidth=1.4, zorder=0, label=f"certified optimum {bound:.5g}")
    ax.set(yscale="log", xlabel="start, worst first", ylabel="objective ½·mean squared error + decay")
    ax.set_title("Networks on the five points, before and after")
    ax.set_ylim(0.6 * bound, 2 * rows["before"].max())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    fig.legend(loc="outside lower center", ncols=2)
    return fig


if __name__ == "__main__":
    run(figure_escape)
