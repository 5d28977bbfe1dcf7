"""Where gradient descent ends above the optimum: every start."""

import numpy as np
import pandas as pd
from _names import problem_name
from _shown import first_starts

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, finding, scientific, sns, subplots

FLOOR = 1e-10


def figure_optima(optima, runs, target):
    """Excess of every start over the dual value, by depth, at full rank and the middle γ."""
    runs = first_starts(pd.concat(runs, ignore_index=True))
    gamma = optima["gamma_over_sigma_min"].iloc[0]
    runs = runs[(runs["regulariser"] == "schatten") & (runs["inputs"] == "white")]
    runs = runs[np.isclose(runs["gamma_over_sigma_min"], gamma)]
    table = runs.assign(excess=runs["relative_gap"].clip(lower=FLOOR), problem=runs["problem"].map(problem_name))
    fig, ax = subplots(width=9, height=4.8)
    hues = table["problem"].nunique()
    sns.swarmplot(table, x="depth", y="excess", hue="problem", palette=CYCLE[:hues], dodge=True, size=5, ax=ax)
    ax.axhline(target, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
    ax.set(yscale="log", ylim=(FLOOR / 3, None), xlabel="layers H")
    ax.set_ylabel("(end − dual value) / zero network\n(below 10⁻¹⁰ drawn there), lower is better")
    ax.legend(title="problem", loc="center left", bbox_to_anchor=(1, 0.5))
    by = optima.groupby("depth")[["runs_at_target", "runs"]].sum()
    counts = [f"{row.runs_at_target} of {row.runs} with {row.Index} layers" for row in by.itertuples()]
    ax.set_title(rf"$\gamma={gamma:g}\,\sigma_{{\min}}$")
    finding(fig, f"Descents that reach the dual value within {scientific(target)}: {', '.join(counts)}")
    return fig


if __name__ == "__main__":
    run(figure_optima)
