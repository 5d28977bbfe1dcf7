"""The functions that the minimisers compute."""

import matplotlib as mpl
import numpy as np
from _names import NAMES, of_network
from matplotlib.colors import LogNorm

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, SEQUENTIAL, subplots


def figure_fitted_functions(functions):
    """Best fit of the curve for every λ, a panel per penalty; darker is weaker."""
    table = of_network(functions)
    lambdas = np.sort(table["lam"].unique())
    norm = LogNorm(lambdas[0], lambdas[-1])
    figure, axes = subplots(1, 3, width=13.5, height=4.4, sharey=True)
    colours = mpl.colormaps[SEQUENTIAL]
    for ax, (kind, name) in zip(axes, NAMES.items(), strict=True):
        for lam, fit in table[table["penalty"] == kind].groupby("lam"):
            ax.plot(fit["x"], fit["fit"], color=colours(norm(lam)), linewidth=1.6)
        x = np.linspace(-2, 2, 200)
        ax.plot(x, np.sin(2 * x) + 0.5, "--", color=COLOURS["vermilion"], linewidth=1.4, label="truth: sin 2x + ½")
        ax.set(title=name, xlabel="x")
    axes[0].set_ylabel("fitted function")
    axes[0].legend(loc="upper left", fontsize="small")
    figure.colorbar(mpl.cm.ScalarMappable(norm, colours), ax=list(axes), label="penalty factor λ", pad=0.01)
    return figure


if __name__ == "__main__":
    run(figure_fitted_functions)
