"""The table of optima: closed form, dual, and where gradient descent ends."""

import pandas as pd
from _shown import first_starts

from convexify_workflow.job import run


def compute_optima(runs, gammas, target):
    """Optimum by closed form, dual and descent (best, median, worst), at full rank and the middle γ.

    One row per (problem, depth); values are relative to the objective of the zero network.
    """
    middle = sorted(gammas)[len(gammas) // 2]
    shown = first_starts(pd.concat(runs, ignore_index=True))
    shown = shown[(shown["regulariser"] == "schatten") & (shown["inputs"] == "white")]
    shown = shown[shown["gamma_over_sigma_min"] == middle]
    rows = []
    for (problem, depth), part in shown.groupby(["problem", "depth"], sort=False):
        scale = part["zero_network"].iloc[0]
        rows.append(
            {
                "problem": problem.replace("_", " "),
                "depth": depth,
                "gamma_over_sigma_min": middle,
                "closed_form": part["optimum"].iloc[0] / scale,
                "dual": part["dual"].iloc[0] / scale,
                "descent_best": part["objective"].min() / scale,
                "descent_median": part["objective"].median() / scale,
                "descent_worst": part["objective"].max() / scale,
                "runs": len(part),
                "runs_at_target": int((part["relative_gap"] <= target).sum()),
                "median_iterations_to_target": part["iterations_to_target"].median(),
                "longest_plateau": int(part["longest_plateau"].max()),
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_optima)
