"""Excess of the objective over the certified bound against passes over the data, one line for each solver."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, finding, sns, subplots

#: Cool colours: solvers of the convex program; the warm one trains the network itself.
SOLVERS = {
    "accelerated": "blue", "Frank–Wolfe": "green", "projected SGD": "purple", "descent on filters": "vermilion",
}  # fmt: skip


def figure_solvers(solvers):
    """One panel for each variant on which the solvers were compared; thin lines are draws."""
    solvers = pd.concat(solvers)
    solvers = solvers.assign(excess=solvers["objective"] - solvers["lower_bound"])
    variants = list(solvers["variant"].unique())
    fig, axes = subplots(1, len(variants), width=3 + 4.4 * len(variants), height=4.4, squeeze=False, sharey=True)
    for variant, ax in zip(variants, axes[0], strict=True):
        sns.lineplot(
            solvers[solvers["variant"] == variant], x="passes", y="excess", hue="solver", units="draw",
            estimator=None, hue_order=list(SOLVERS), palette={s: COLOURS[c] for s, c in SOLVERS.items()},
            linewidth=1.2, alpha=0.8, ax=ax, legend=variant == variants[-1],
        )  # fmt: skip
        ax.set(yscale="log", xlabel="passes over the data", ylabel="objective minus certified bound", title=variant)
    handles, labels = axes[0, -1].get_legend_handles_labels()
    axes[0, -1].get_legend().remove()
    fig.legend(handles, labels, loc="outside right center")
    finding(fig, _finding(solvers))
    return fig


def _finding(solvers):
    """Solver that ends nearest to the bound, and its distance."""
    last = solvers.groupby(["variant", "draw", "solver"]).last().groupby("solver")["excess"].median().sort_values()
    rest = ", ".join(f"{name} ({value:.2g})" for name, value in last.iloc[1:].items())
    return f"Nearest to the bound after as many passes: {last.index[0]} (median excess {last.iloc[0]:.2g}), then {rest}"


if __name__ == "__main__":
    run(figure_solvers)
