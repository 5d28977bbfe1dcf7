"""The numbers that the claims about deep linear networks read.

The synthetic problems are drawn with the root seed: they enter worst cases only. Estimates and exact numbers are those
of the real data set, which is the same for every seed; their independent unit is the random start of a descent.
"""

import numpy as np
import pandas as pd
from _shown import real

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, exact, ratio, share, table_of

#: A relative gap below its negative is below the dual value by more than rounding.
ROUNDING = 1e-12
#: Accuracy of the scalar searches behind the gap of weight decay, which is a quotient of numbers of the order of 1.
SEARCH = 1e-9


def metrics(dual, convergence, runs, sources, target):
    """Table of metrics from the tables of all sources."""
    dual, convergence, runs = (pd.concat(tables, ignore_index=True) for tables in (dual, convergence, runs))
    runs = runs.assign(reached=runs["relative_gap"] <= target)
    fixed = {name: table[table["problem"] == real(sources)] for name, table in
             {"dual": dual, "convergence": convergence, "runs": runs}.items()}  # fmt: skip
    white = fixed["runs"][(fixed["runs"]["regulariser"] == "schatten") & (fixed["runs"]["inputs"] == "white")]
    return table_of(
        "linear_duality",
        _worst_cases(dual, runs)
        | _weight_decay(dual, fixed["dual"])
        | _descents(white)
        | {
            "descent_reached_share_inputs_as_given": _share(fixed["runs"].query("inputs == 'as given'")["reached"]),
            "descent_over_douglas_rachford_iterations": _over_douglas_rachford(white, fixed["convergence"]),
        },
    )


def _worst_cases(dual, runs):
    """Over all problems, bottlenecks and γ."""
    below = dual["gamma"] <= dual["sigma_min"]
    beyond = dual[dual["gamma"] > dual["sigma_max"]]
    schatten = runs[runs["regulariser"] == "schatten"]
    gap = dual["relative_gap"].abs()
    return {
        "worst_gap_gamma_up_to_sigma_min": bound(gap[below].max()),
        "worst_gap_gamma_beyond_sigma_min": bound(gap[~below].max()),
        "worst_gap_gamma_zero": bound(gap[dual["gamma"] == 0].max()),
        "worst_gap_below_full_rank": bound(gap[~dual["full_rank"]].max()),
        "worst_gap_convolution": bound(gap[dual["problem"] == "circulant"].max()),
        "worst_gap_affine": bound(gap[dual["problem"] == "affine"].max()),
        "worst_dual_error": bound(dual["dual_error"].max()),
        "worst_primal_error": bound(dual["primal_error"].max()),
        "zero_network_optimal_error_beyond_sigma_max": bound(
            np.abs(beyond["primal"] / beyond["zero_network"] - 1).max()
        ),
        "douglas_rachford_largest_iterations": bound(dual["iterations"].max()),
        "rank_of_targets_above_bottleneck": exact((dual["rank_of_targets"] - dual["rank"]).max(), tolerance=0),
        "rank_of_product_above_bottleneck": bound((dual["rank_of_product"] - dual["rank"]).max()),
        "printed_order_defined_share": exact((dual["inputs"] == dual["outputs"]).mean(), tolerance=0),
        "descent_below_dual_runs": bound((schatten["relative_gap"] < -ROUNDING).sum()),
    }


def _weight_decay(dual, fixed):
    """Two layers have no gap on any problem; of more layers the largest over γ at full rank of the fixed problem."""
    largest = {"largest_weight_decay_gap_depth_2": bound(dual["weight_decay_gap_depth_2"].max())}
    for name in [column for column in dual if column.startswith("weight_decay_gap_depth_")]:
        if name != "weight_decay_gap_depth_2":
            largest[f"largest_{name}"] = exact(fixed.loc[fixed["full_rank"], name].max(), tolerance=SEARCH)
    return largest


def _descents(white):
    """Descents on white inputs that arrive, hang near a saddle or diverge."""
    deep = white[white["depth"] > 2]
    two_layers = white[(white["depth"] == 2) & white["full_rank"]]
    shares = {
        "descent_reached_share_deepest": _share(white.loc[white["depth"] == white["depth"].max(), "reached"]),
        "descents_short_of_the_dual_two_layers_full_rank": bound((~two_layers["reached"]).sum()),
        "descent_reached_share_gamma_zero": _share(white.loc[white["gamma_over_sigma_min"] == 0, "reached"]),
        "descent_plateau_share_deep": _share(deep["longest_plateau"] >= 0.1 * deep["iterations"]),
    }
    for depth, rows in white.groupby("depth"):
        small = rows[rows["gamma_over_sigma_min"] <= 1]
        shares |= {
            f"descent_reached_share_depth_{depth}": _share(rows["reached"]),
            f"descent_reached_share_gamma_up_to_sigma_min_depth_{depth}": _share(small["reached"]),
            f"descent_diverged_share_depth_{depth}": _share(rows["diverged"]),
        }
    return shares


def _share(outcomes):
    return share(outcomes.sum(), len(outcomes), unit="start")


def _over_douglas_rachford(white, convergence):
    """Iterations of two-layer descents over those of Douglas–Rachford at the same bottleneck and γ > 0.

    A descent that did not reach the target counts with all of its iterations, which makes the ratio a lower bound.
    """
    steps = convergence[
        (convergence["start"] == "zero") & (convergence["relaxation"] == convergence["relaxation"].max())
    ]
    steps = steps.groupby(["rank", "gamma_over_sigma_min"])["iteration"].max().rename("steps").reset_index()
    pairs = white[white["depth"] == 2].merge(steps, on=["rank", "gamma_over_sigma_min"])
    return ratio(pairs["iterations_to_target"].fillna(pairs["iterations"]), pairs["steps"], unit="start")


if __name__ == "__main__":
    run(metrics)
