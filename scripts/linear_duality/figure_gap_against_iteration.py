"""Gap to the dual value along gradient descent and along Douglas–Rachford, on one axis."""

import numpy as np
import pandas as pd
from _names import problem_name
from _shown import first_starts

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, legend_of, measured, sns, subplots

FLOOR = 1e-14
DUAL, GIVEN = METHODS["Douglas–Rachford"].name, "descent, 2 layers, inputs as given"


def figure_gap_against_iteration(histories, convergence, metrics, target):
    """A row of panels for the first problem of each source, a column for each γ, at full rank."""
    parts = [_curves(*tables) for tables in zip(histories, convergence, strict=True)]
    table = pd.concat(parts, ignore_index=True)
    table["gap"] = table["relative_gap"].replace(np.inf, np.nan).clip(lower=FLOOR)
    problems, multiples = list(table["problem"].unique()), sorted(table["gamma_over_sigma_min"].unique())
    fig, axes = subplots(len(problems), len(multiples), width=10, height=1.6 + 2.8 * len(problems), squeeze=False,
                         sharex=True, sharey=True)  # fmt: skip
    # Descents of growing depth are darker.
    depths = [name for name in table["solver"].unique() if name not in (DUAL, GIVEN)]
    palette = dict(zip(depths, sns.color_palette("YlOrRd", len(depths) + 1)[1:], strict=True))
    palette |= {GIVEN: COLOURS["grey"], DUAL: METHODS["Douglas–Rachford"].colour}
    for row, problem in zip(axes, problems, strict=True):
        for ax, multiple in zip(row, multiples, strict=True):
            some = table[(table["problem"] == problem) & (table["gamma_over_sigma_min"] == multiple)]
            sns.lineplot(some, x="step", y="gap", hue="solver", palette=palette, hue_order=list(palette),
                         units="repetition", estimator=None, linewidth=1.2, ax=ax)  # fmt: skip
            ax.axhline(target, color=COLOURS["grey"], linestyle=":", linewidth=1.2)
            value = rf"$\gamma={multiple:g}\,\sigma_{{\min}}$" if multiple else r"$\gamma=0$"
            ax.set(xscale="log", yscale="log", ylim=(FLOOR / 3, 30), xlabel="iteration + 1", ylabel="relative gap",
                   title=f"{problem_name(problem)}, {value}")  # fmt: skip
    names = ("descent_over_douglas_rachford_iterations", "descent_over_douglas_rachford_operations")
    steps, operations = (measured(metrics, name, ",.1f") for name in names)
    stuck = measured(metrics, "descent_saddle_share_deep", ".0%")
    finding(fig, f"Two-layer descent takes {steps} times the iterations and {operations} times the operations of "
            f"Douglas–Rachford on the dual; {stuck} of the deeper descents hang near a saddle")  # fmt: skip
    legend_of(fig, axes[0, 0], ncols=3)
    return fig


def _curves(histories, convergence):
    """Rows of the first problem of a source: descents with the Schatten penalty, and the faster Douglas–Rachford."""
    problem = histories["problem"].iloc[0]
    rows = first_starts(histories[histories["problem"] == problem])
    rows = rows[rows["regulariser"] == "schatten"]
    names = "descent, " + rows["depth"].astype(str) + " layers"
    descents = rows.assign(solver=names.where(rows["inputs"] == "white", GIVEN), step=rows["iteration"] + 1)
    fastest = convergence["relaxation"] == convergence["relaxation"].max()
    dual = convergence[(convergence["problem"] == problem) & convergence["full_rank"] & fastest]
    dual = dual[dual["start"] == "zero"].assign(solver=DUAL, repetition=0)
    return pd.concat([descents, dual.assign(step=dual["iteration"] + 1)], ignore_index=True)


if __name__ == "__main__":
    run(figure_gap_against_iteration)
