"""Relaxation, Lagrangian dual and optimum."""

import numpy as np
from _kinds import NAMES

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots


def figure_three_values(gaps):
    """Relaxation, Lagrangian dual and I-branch optimum at τ = 1, with and without a budget."""
    kinds = ["relu", "tanh", "two_layer"]
    rows = gaps[(gaps["tau"] == gaps["tau"].min()) & gaps["kind"].isin(kinds)]
    budgets = [rows.loc[np.isfinite(rows["budget"]), "budget"].max(), np.inf]
    fig, axes = subplots(2, 3, sharex=True, width=12, height=7)
    for line, budget in zip(axes, budgets, strict=True):
        for panel, kind in zip(line, kinds, strict=True):
            part = rows[(rows["kind"] == kind) & (rows["budget"] == budget)].sort_values("branches")
            panel.fill_between(
                part["branches"], part["primal_lower"], part["primal_upper"], color=COLOURS["vermilion"], alpha=0.3
            )
            panel.plot(part["branches"], part["primal_upper"], "o-", color=COLOURS["vermilion"], label="optimum P")
            panel.fill_between(
                part["branches"], part["dual_lower"], part["dual_upper"], color=COLOURS["blue"], alpha=0.3
            )
            panel.plot(part["branches"], part["dual_lower"], "s--", markersize=4, color=COLOURS["blue"], label="dual D")
            panel.plot(part["branches"], part["lp"], color=COLOURS["black"], linewidth=1.2, label="relaxation LP")
            words = "no budget" if np.isinf(budget) else f"budget K = {budget:g}"
            panel.set(xscale="log", title=f"{NAMES[kind]}\n{words}")
    for panel in axes[1]:
        panel.set_xlabel("branches I")
    for panel in axes[:, 0]:
        panel.set_ylabel("mean hinge loss")
    axes[0, 0].legend(loc="upper right", fontsize="small")
    fig.suptitle(f"LP ≤ D ≤ P at τ = {rows['tau'].iloc[0]:g}: without a budget D = P while the relaxation stays below")
    return fig


if __name__ == "__main__":
    run(figure_three_values)
