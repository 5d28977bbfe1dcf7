"""Relaxation, Lagrangian dual and optimum."""

import numpy as np
import pandas as pd
from _kinds import NAMES

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, medians, subplots

#: Both ends of the certified bracket of each value.
VALUES = {
    "optimum": ("primal_lower", "primal_upper"),
    "dual": ("dual_lower", "dual_upper"),
    "linear programming": ("lp", "lp"),
}
SAME = 1e-8


def figure_three_values(gaps):
    """Relaxation, Lagrangian dual and I-branch optimum at the smallest τ, with and without a budget."""
    kinds = ["relu", "tanh", "two_layer"]
    rows = gaps[(gaps["tau"] == gaps["tau"].min()) & gaps["kind"].isin(kinds)]
    budgets = [rows.loc[np.isfinite(rows["budget"]), "budget"].max(), np.inf]
    rows = rows[rows["budget"].isin(budgets)]
    long = pd.concat(rows.assign(value=rows[end], method=METHODS[word].name)
                     for word, ends in VALUES.items() for end in ends)  # fmt: skip
    fig, axes = subplots(2, 3, sharex=True, sharey="col", width=10, height=6.4)
    for line, budget in zip(axes, budgets, strict=True):
        for panel, kind in zip(line, kinds, strict=True):
            part = long[(long["kind"] == kind) & (long["budget"] == budget)]
            on_line = part["branches"].isin(_chain(sorted(part["branches"].unique())))
            draw = {"hue": "method", "style": "method", "markersize": 6, **looks(part["method"])}
            medians(panel, part[on_line | (part["method"] == METHODS["linear programming"].name)], "branches", "value",
                    legend=panel is axes[0, 0], **draw)  # fmt: skip
            medians(panel, part[~on_line], "branches", "value", legend=False, linewidth=0, **draw)
            words = "no budget" if np.isinf(budget) else f"budget K = {budget:g}"
            panel.set(xscale="log", title=f"{NAMES[kind]}\n{words}", xlabel="branches I", ylabel="mean hinge loss")
    for panel in axes[:, 1:].flat:
        panel.set_ylabel("")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    axes[0, 0].get_legend().remove()
    fig.legend(handles, labels, loc="outside lower center", ncols=3)
    finding(fig, _finding(rows))
    return fig


def _chain(counts):
    """Numbers of branches of which each divides the next: between them the optimum cannot rise."""
    chain = []
    for count in counts:
        if not chain or count % chain[-1] == 0:
            chain.append(count)
    return chain


def _finding(rows):
    bound, free = rows[np.isfinite(rows["budget"])], rows[np.isinf(rows["budget"])]
    equal, above = (free["gap"] <= SAME).sum(), (free["primal_lower"] - free["lp"] > SAME).sum()
    return (
        f"Without a budget D = P in {equal} of {len(free)} cases, though P lies above the relaxation in {above}; "
        f"with one, P − D is up to {bound['gap'].max():.2g} (τ = {rows['tau'].iloc[0]:g})"
    )


if __name__ == "__main__":
    run(figure_three_values)
