"""The survey's Figure 1."""

import itertools

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, apply_style, laid_out, plt


def figure_architecture():
    """The survey's Figure 1: parallel branches between one input and one average."""
    apply_style()
    fig, axes = plt.subplots(figsize=(8.4, 4.6))
    branches = [(2.9, "1", CYCLE[0]), (1.55, "2", CYCLE[1]), (-0.9, "I", CYCLE[2])]
    arrow = {"arrowstyle": "-|>", "color": "0.35", "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}

    def box(x, y, width, height, colour):
        style = {"boxstyle": "round,pad=0.02,rounding_size=0.12", "linewidth": 1.3}
        axes.add_patch(FancyBboxPatch((x, y - height / 2), width, height, facecolor="white", edgecolor=colour, **style))

    box(0, 1, 1.1, 1.0, "black")
    axes.text(0.55, 1, "input\n$x$", ha="center", va="center")
    for y, name, colour in branches:
        box(2.0, y, 4.1, 1.05, colour)
        columns = np.linspace(2.35, 4.15, 4)
        heights = [y + offset for offset in (-0.3, 0.0, 0.3)]
        for left, right in itertools.pairwise(columns):
            for start in heights:
                for end in heights:
                    axes.plot([left, right], [start, end], color="0.75", linewidth=0.6, zorder=1)
        for x in columns:
            for height in heights:
                axes.add_patch(Circle((x, height), 0.085, facecolor=colour, edgecolor="white", linewidth=0.5, zorder=2))
        axes.text(5.25, y, f"$f_{{{name}}}(w_{{({name})}};\\,x)$", ha="center", va="center")
        axes.annotate("", (2.0, y), (1.1, 1), arrowprops=arrow)
        axes.annotate("", (7.0, 1), (6.1, y), arrowprops=arrow)
    axes.text(4.05, 0.33, "⋮", ha="center", va="center", fontsize=20)
    box(7.0, 1, 1.25, 1.3, "black")
    axes.text(7.62, 1, r"$\frac{1}{I}\sum_{i=1}^{I}$", ha="center", va="center", fontsize=15)
    axes.annotate("", (8.85, 1), (8.25, 1), arrowprops=arrow)
    axes.text(8.95, 1, r"$f(w;\,x)$", ha="left", va="center")
    axes.set(xlim=(-0.15, 10.1), ylim=(-1.6, 3.6), aspect="equal", title="I sub-networks of any depth, averaged")
    axes.axis("off")
    return laid_out(fig)


if __name__ == "__main__":
    run(figure_architecture)
