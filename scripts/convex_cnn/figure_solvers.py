"""Excess of the objective over the certified bound against passes over the data, one line for each solver."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, direction, finding, measured, sns, subplots

#: Cool colours: solvers of the convex program; the warm one trains the network itself.
SOLVERS = {
    "accelerated": "blue", "Frank–Wolfe": "green", "projected SGD": "purple", "descent on filters": "vermilion",
}  # fmt: skip


#: Solvers to the metric that has their distance to the bound over that of the accelerated one.
OVER = {
    "projected SGD": "stochastic_over_accelerated",
    "Frank–Wolfe": "frank_wolfe_over_accelerated",
    "descent on filters": "filters_over_accelerated",
}


def figure_solvers(solvers, numbers):
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
    finding(fig, _finding(numbers))
    return fig


def _finding(numbers):
    """Distance of each solver to the bound over that of the accelerated one, as the claims read it."""
    said = []
    for name, metric in OVER.items():
        where = direction(numbers, metric, "nearer", "farther", "not nearer", level=1.0)
        said.append(f"{name} {measured(numbers, metric, '.3g')} ({where})")
    return f"Distance to the bound after as many passes, over that of the accelerated method: {', '.join(said)}"


if __name__ == "__main__":
    run(figure_solvers)
