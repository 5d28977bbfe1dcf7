"""The functions that the minimisers compute."""

import matplotlib as mpl
import numpy as np
from _names import NAMES
from _network import of_network
from matplotlib.colors import LogNorm

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, SEQUENTIAL, finding, sns, subplots


def figure_fitted_functions(functions):
    """Best fit of the curve for every λ, a panel per penalty; darker is weaker."""
    table = of_network(functions)
    norm = LogNorm(table["lam"].min(), table["lam"].max())
    figure, axes = subplots(1, 3, width=10, height=4.6, sharey=True)
    x = np.linspace(-2, 2, 200)
    for ax, (kind, name) in zip(axes, NAMES.items(), strict=True):
        rows = table[table["penalty"] == kind]
        sns.lineplot(rows, x="x", y="fit", hue="lam", hue_norm=norm, palette=SEQUENTIAL, legend=False, ax=ax,
                     estimator=None, linewidth=1.6)  # fmt: skip
        ax.plot(x, np.sin(2 * x) + 0.5, "--", color=COLOURS["vermilion"], linewidth=1.6, label="truth: sin 2x + ½")
        ax.set(title=name, xlabel="x", ylabel="fitted function")
    axes[0].legend(loc="upper left", fontsize="small")
    shades = mpl.cm.ScalarMappable(norm, mpl.colormaps[SEQUENTIAL])
    figure.colorbar(shades, ax=list(axes), label=r"penalty factor $\lambda$", pad=0.01)
    strongest = table[table["lam"] == table["lam"].max()].groupby("penalty")["fit"].agg(np.ptp)
    ranges = f"{strongest['l2']:.2f}, {strongest['shift']:.2f} and {strongest['geometric']:.2f}"
    finding(figure, f"At the largest λ the fitted function varies by {ranges} under the three penalties")
    return figure


if __name__ == "__main__":
    run(figure_fitted_functions)
