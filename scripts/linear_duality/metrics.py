"""The numbers that the claims about deep linear networks read.

The synthetic problems are drawn with the root seed: they enter worst cases only. Estimates and exact numbers are those
of the real data set, which is the same for every seed; their independent unit is the random start of a descent.
"""

from functools import partial

import numpy as np
import pandas as pd
from _shown import real

from convexify.linear_duality.operation_counts import descent_step, douglas_rachford_step
from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, exact, mean, ratio, share, step_at_edge, table_of

#: A relative gap below its negative is below the dual value by more than rounding.
ROUNDING = 1e-12
#: What counts as near a stationary point (gradient relative to the start), and as negative curvature (relative to the
#: largest; central differences leave 1e-9).
STATIONARY, NEGATIVE = 1e-2, 1e-7
#: Of its start, in units of the largest: clearly not convex there.
NOT_CONVEX = 1e-2
#: Accuracy of the scalar searches behind the gap of weight decay, which is a quotient of numbers of the order of 1.
SEARCH = 1e-9


def metrics(dual, convergence, runs, chains, least_squares, midpoints, noise, critical_points, sources, target):
    """Table of metrics from the tables of all sources."""
    dual, convergence, runs = (pd.concat(tables, ignore_index=True) for tables in (dual, convergence, runs))
    runs = runs.assign(reached=runs["relative_gap"] <= target)
    fixed = {name: table[table["problem"] == real(sources)] for name, table in
             {"dual": dual, "convergence": convergence, "runs": runs}.items()}  # fmt: skip
    white = fixed["runs"][(fixed["runs"]["regulariser"] == "schatten") & (fixed["runs"]["inputs"] == "white")]
    return table_of(
        "linear_duality",
        _worst_cases(dual, runs)
        | _weight_decay(fixed["dual"], runs)
        | _descents(white)
        | {
            "descent_reached_share_inputs_as_given": _share(fixed["runs"].query("inputs == 'as given'")["reached"]),
            **_over_douglas_rachford(white, fixed["convergence"]),
        }
        | _chains(chains)
        | _around_the_theorem(least_squares, midpoints, noise, critical_points),
    )


def _worst_cases(dual, runs):
    """Over all problems, bottlenecks and γ; and two counts that no seed changes."""
    below = dual["gamma"] <= dual["sigma_min"]
    beyond = dual[dual["gamma"] > dual["sigma_max"]]
    schatten = runs[runs["regulariser"] == "schatten"]
    gap = dual["relative_gap"].abs()
    worst = {
        "worst_gap_gamma_up_to_sigma_min": gap[below].max(),
        "worst_gap_gamma_beyond_sigma_min": gap[~below].max(),
        "worst_gap_gamma_zero": gap[dual["gamma"] == 0].max(),
        "worst_gap_below_full_rank": gap[~dual["full_rank"]].max(),
        "worst_gap_convolution": gap[dual["problem"] == "circulant"].max(),
        "worst_gap_affine": gap[dual["problem"] == "affine"].max(),
        "worst_dual_error": dual["dual_error"].max(),
        "worst_primal_error": dual["primal_error"].max(),
        "zero_network_optimal_error_beyond_sigma_max": np.abs(beyond["primal"] / beyond["zero_network"] - 1).max(),
        "douglas_rachford_largest_iterations": dual["iterations"].max(),
        "rank_of_product_above_bottleneck": (dual["rank_of_product"] - dual["rank"]).max(),
        "descent_below_dual_runs": (schatten["relative_gap"] < -ROUNDING).sum(),
    }
    counts = {
        "rank_of_targets_above_bottleneck": (dual["rank_of_targets"] - dual["rank"]).max(),
        "printed_order_defined_share": (dual["inputs"] == dual["outputs"]).mean(),
    }
    return {name: partial(bound, value) for name, value in worst.items()} | {
        name: partial(exact, value, tolerance=0) for name, value in counts.items()
    }


def _weight_decay(fixed, runs):
    """Two layers by descent against Douglas–Rachford; of more the largest gap over γ of the fixed problem."""
    two = runs[(runs["regulariser"] == "weight decay") & (runs["depth"] == 2)]
    best = two.groupby(["problem", "gamma_over_sigma_min"])["objective"].min()
    penalised = runs[(runs["regulariser"] == "schatten") & (runs["depth"] == 2) & (runs["inputs"] == "white")]
    by = penalised[penalised["full_rank"]].groupby(["problem", "gamma_over_sigma_min"])
    error = (best - by["dual"].first()).abs() / by["zero_network"].first()
    fixed = fixed[fixed["full_rank"]]
    return {"weight_decay_descent_minus_dual_two_layers": partial(bound, error.max())} | {
        f"largest_{name}": partial(exact, fixed[name].max(), tolerance=SEARCH)
        for name in fixed
        if name.startswith("weight_decay_gap_depth_") and name != "weight_decay_gap_depth_2"
    }


def _descents(white):
    """Descents on white inputs that arrive, hang near a saddle or diverge."""
    deep = white[white["depth"] > 2]
    two_layers = white[(white["depth"] == 2) & white["full_rank"]]
    deepest = white[white["depth"] == white["depth"].max()]
    flat = deep["longest_plateau"] >= 0.1 * deep["iterations"]
    still = flat & (deep["plateau_gradient"] <= STATIONARY)
    not_convex = two_layers["start_curvature"] <= -NOT_CONVEX
    shares = {
        "descent_reached_share_deepest": _share_tuned(deepest, "reached"),
        "descents_diverged_deepest": partial(bound, deepest["diverged"].sum()),
        "descents_short_of_the_dual_two_layers_full_rank": partial(bound, (~two_layers["reached"]).sum()),
        "two_layer_descents_converged_from_negative_curvature": partial(
            bound, (two_layers["reached"] & not_convex).sum()
        ),
        "descent_reached_share_gamma_zero": _share(white.loc[white["gamma_over_sigma_min"] == 0, "reached"]),
        "descent_plateau_share_deep": _share(flat),
        "descent_saddle_share_deep": _share(still & (deep["plateau_curvature"] <= -NEGATIVE)),
        "descent_plateau_without_negative_curvature_share_deep": _share(
            still & ~(deep["plateau_curvature"] <= -NEGATIVE)
        ),
    }
    for depth, rows in white.groupby("depth"):
        small = rows[rows["gamma_over_sigma_min"] <= 1]
        shares |= {
            f"descent_reached_share_depth_{depth}": _share_tuned(rows, "reached"),
            f"descent_reached_share_gamma_up_to_sigma_min_depth_{depth}": _share_tuned(small, "reached"),
            f"descent_diverged_share_depth_{depth}": _share(rows["diverged"]),
        }
    return shares


def _share_tuned(rows, column):
    """Share of the starts, or how many of the tunings behind them ended on the edge of their grid."""
    edges = rows.groupby(["depth", "initialisation"])["step_edge"].first()
    if (edges != "").any():
        return partial(step_at_edge, (edges != "").sum(), unit="tuning")
    return _share(rows[column])


def _share(outcomes):
    return partial(share, outcomes.sum(), len(outcomes), unit="start")


def _over_douglas_rachford(white, convergence):
    """Two-layer descents over Douglas–Rachford at the same bottleneck and γ > 0: iterations, and operations.

    A descent that did not reach the target counts with all of its iterations, which makes the ratios lower bounds.
    """
    steps = convergence[
        (convergence["start"] == "zero") & (convergence["relaxation"] == convergence["relaxation"].max())
    ]
    steps = steps.groupby(["rank", "gamma_over_sigma_min"])["iteration"].max().rename("steps").reset_index()
    pairs = white[white["depth"] == 2].merge(steps, on=["rank", "gamma_over_sigma_min"])
    descent = pairs["iterations_to_target"].fillna(pairs["iterations"])
    per_step = descent_step(pairs["outputs"], np.minimum(pairs["rank"], pairs["outputs"]))
    per_step = per_step / douglas_rachford_step(pairs["outputs"])
    return {
        "descent_over_douglas_rachford_iterations": partial(ratio, descent, pairs["steps"], unit="start"),
        "descent_over_douglas_rachford_operations": partial(ratio, descent * per_step, pairs["steps"], unit="start"),
    }


def _chains(chains):
    """Layers that are all convolutions, or all affine; gaps relative to the zero network."""
    gap = (chains["primal"] - chains["dual"]) / chains["zero_network"]
    printed = (chains["primal"] - chains["dual_as_printed"]) / chains["zero_network"]
    convolution = chains["operation"] == "convolution"
    own = (chains["targets"] == "convolution") & chains["full"]
    closed = (chains["dual"] - chains["closed_form"]) / chains["zero_network"]
    found = {
        "worst_gap_convolution_chains": gap[convolution].abs().max(),
        "worst_error_of_the_chains_closed_form": closed[convolution].abs().max(),
        "smallest_gap_to_the_printed_dual_generic_targets": printed[
            convolution & (chains["targets"] == "generic") & (chains["gamma_over_sigma_min"] == 0)
        ].min(),
        "worst_gap_to_the_printed_dual": printed[convolution].max(),
        "worst_gap_to_the_printed_dual_convolution_targets": printed[convolution & own].abs().max(),
        "worst_gap_affine_chains": gap[chains["operation"] == "affine"].abs().max(),
        "gap_of_two_tap_kernels": gap[chains["operation"] == "two taps"].max(),
    }
    return {name: partial(bound, value) for name, value in found.items()}


def _around_the_theorem(least_squares, midpoints, noise, critical_points):
    """Projection, convexity, σ_min against noise, critical points at γ = 0."""
    inside = least_squares["inside"]
    difference = (least_squares["error"] - least_squares["projection"]).abs()
    log = noise.assign(x=np.log(noise["noise"]), y=np.log(noise["sigma_min"]))
    slope = {
        kind: pd.Series({draw: np.polyfit(part["x"], part["y"], 1)[0] for draw, part in rows.groupby("draw")})
        for kind, rows in log.groupby("signal")
    }
    stuck = critical_points["after"] > critical_points["value"] - 1e-6
    return {
        "worst_error_of_the_projection": partial(bound, difference.max()),
        "smallest_error_outside_the_row_space": partial(bound, least_squares.loc[~inside, "error"].min()),
        "largest_error_inside_the_row_space": partial(bound, least_squares.loc[inside, "error"].max()),
        "largest_midpoint_violation": partial(bound, midpoints["violation"].max()),
        "sigma_min_noise_slope_full_rank": partial(mean, slope["full"], unit="draw"),
        "sigma_min_noise_slope_deficient": partial(mean, slope["deficient"], unit="draw"),
        "largest_gradient_at_critical_points": partial(bound, critical_points["gradient"].max()),
        "critical_points_without_a_lower_point_nearby": partial(bound, stuck.sum()),
        "critical_points_without_negative_curvature": partial(
            exact, (critical_points["curvature"] > -NEGATIVE).sum(), tolerance=0
        ),
    }


if __name__ == "__main__":
    run(metrics)
