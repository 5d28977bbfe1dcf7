"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
from _descent_metrics import (
    FIXED,
    fall_of_optimum,
    gain_in_success,
    success_share,
    tunings_at_edge,
    widest_bracket,
)

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, mean, resampled, table_of

# Rounding of gap · I / Δ for I up to 1000, Δ ≥ 0.1 and brackets that close at 1e-9.
SCALED_GAP_TOLERANCE = 1e-5
# From here on a number of branches counts as large.
MANY = 900


def metrics(gaps, identities, frequencies, architectures, sums, scales, hulls, quadratics):
    """Worst cases of the exact programs, and means over draws where samples or starts are drawn."""
    return table_of(
        "branches",
        _linear_hinge(gaps)
        | _kinked_hinge(gaps)
        | _identities(identities, gaps)
        | _descents(frequencies)
        | _architectures(architectures)
        | _sums(sums, scales, hulls)
        | _quadratics(quadratics),
    )


def _linear_hinge(gaps):
    """What the theory proves where the hinge is linear, and for every problem: samples and weights are random."""
    linear = gaps[gaps["linear"] & np.isfinite(gaps["budget"])]
    homogeneous = linear[linear["kind"].str.startswith("homogeneous")]
    most = linear[linear["branches"] >= min(MANY, linear["branches"].max())]
    # Each value from a program of its own; a certified disorder of the brackets would contradict weak duality.
    disorder = np.maximum(
        gaps["independent_lp"] - gaps["independent_dual_upper"],
        gaps["independent_dual_lower"] - gaps["independent_primal_upper"],
    )
    differences = [(linear[f"independent_dual_{edge}"] - linear["independent_lp"]).abs() for edge in ("lower", "upper")]
    return {
        "largest_excess_over_bound_linear": bound((linear["gap"] - linear["bound"]).max()),
        "largest_ratio_linear": bound(linear["scaled_gap"].max()),
        # These branches are given by a formula: no samples, no random weights.
        "largest_ratio_homogeneous": exact(homogeneous["scaled_gap"].max(), tolerance=SCALED_GAP_TOLERANCE),
        "largest_gap_over_delta_at_most_branches": bound((most["gap"] / most["delta_worst"]).max()),
        "largest_dual_difference_linear": bound(max(part.max() for part in differences)),
        "largest_order_violation": bound(disorder.max()),
        "spread_of_dual_linear": bound(_spread(linear, "independent_dual_upper", "independent_dual_lower")),
        "largest_closed_form_error": bound((gaps["gap"] - gaps["closed_form"]).abs().max()),
        "largest_gap_of_relu_units_linear": bound(linear.loc[linear["kind"] == "relu", "gap"].max()),
        "largest_gap_of_two_layer_branches_linear": bound(linear.loc[linear["kind"] == "two_layer", "gap"].max()),
    }


def _kinked_hinge(gaps):
    """Where the theorem's assumption fails, and without a budget."""
    binding, free = gaps[np.isfinite(gaps["budget"])], gaps[np.isinf(gaps["budget"])]
    counterexample = gaps[gaps["kind"] == "counterexample"].iloc[0]
    random = binding[~binding["linear"] & (binding["kind"] != "counterexample")]
    linearised_bound = 2 * binding["delta_linearised"] / binding["branches"]
    open_brackets = np.maximum(gaps["primal_upper"] - gaps["primal_lower"], gaps["dual_upper"] - gaps["dual_lower"])
    # The dual comes from cutting planes at a finite budget that no network breaks.
    closed = free["exact"] & (free["independent_dual_upper"] - free["independent_dual_lower"] <= 2e-9)
    without = (free["primal_upper"] - free["independent_dual_lower"])[closed]
    return {
        "largest_excess_over_bound": bound((binding["gap_lower"] - binding["bound"]).max()),
        "largest_excess_over_linearised_bound": bound((binding["gap_lower"] - linearised_bound).max()),
        "counterexample_gap": exact(counterexample["gap_lower"], tolerance=1e-8),
        "counterexample_delta": exact(counterexample["delta_worst"], tolerance=1e-12),
        "largest_gap_without_budget": bound(without.abs().max()),
        "open_brackets_without_budget": bound((~closed).sum()),
        "largest_relaxation_gap_without_budget": bound((free["primal_lower"] - free["lp"]).max()),
        "spread_of_dual_kinked": bound(_spread(random, "dual_lower", "dual_upper")),
        "widest_bracket": bound(open_brackets.max()),
    }


def _spread(rows, of_largest, of_smallest):
    """How far D moves with I: certainly, from lower to upper values, or at most, from upper to lower ones."""
    groups = rows.dropna(subset=[of_largest]).groupby(["kind", "tau", "budget"])
    return (groups[of_largest].max() - groups[of_smallest].min()).max()


def _identities(identities, gaps):
    slack = gaps.loc[np.isinf(gaps["budget"]), "independent_multiplier"]
    return {
        "hinge_difference_at_one": bound(identities["hinge_at_one"].abs().max()),
        "hinge_difference_near_zero": bound(identities["hinge_near_zero"].abs().max()),
        "printed_dual_minus_primal": bound((identities["dual_without_infimum"] - identities["primal"]).max()),
        "multiplier_at_slack_budget": bound(max(identities["multiplier_at_slack_budget"].max(), slack.max())),
    }


def _descents(table):
    return {
        "gain_in_success_kinked": gain_in_success(table, "kinked"),
        "gain_in_success_kinked_fixed_target": gain_in_success(table, "kinked", FIXED),
        "gain_in_success_linear": gain_in_success(table, "linear"),
        "gain_in_success_realisable": gain_in_success(table, "realisable"),
        "success_share_one_branch_kinked": success_share(table, "kinked", most=False),
        "success_share_most_branches_kinked": success_share(table, "kinked", most=True),
        "success_share_most_branches_kinked_fixed_target": success_share(table, "kinked", most=True, target=FIXED),
        "success_share_one_branch_linear": success_share(table, "linear", most=False),
        "success_share_most_branches_linear": success_share(table, "linear", most=True),
        "success_share_fewest_branches_realisable": success_share(table, "realisable", most=False),
        "success_share_most_branches_realisable": success_share(table, "realisable", most=True),
        "fall_of_certified_optimum_kinked": fall_of_optimum(table, "kinked"),
        "widest_bracket_kinked": bound(widest_bracket(table, "kinked")),
        "diverged_descents": bound(table["diverged"].sum()),
        "tunings_at_edge": bound(tunings_at_edge(table)),
    }


def _architectures(table):
    """Other sub-networks by their worst case; sizes and widths by draws of samples and directions of the weights."""
    linear, kinked = (table[table["hinge"] == hinge] for hinge in ("linear", "kinked"))
    excess = (linear["gap"] - linear["bound"]).groupby(linear["kind"]).max()
    return {
        "largest_excess_over_bound_convolutional": bound(excess["convolutional"]),
        "largest_excess_over_bound_recurrent": bound(excess["recurrent"]),
        "fully_connected_minus_branches_gap_linear": _excess_of_fully_connected(linear),
        "fully_connected_minus_branches_gap_kinked": _excess_of_fully_connected(kinked),
        "slope_of_gap_against_branch_width_linear": _width_slope(linear),
        "slope_of_gap_against_branch_width_kinked": _width_slope(kinked),
    }


def _excess_of_fully_connected(rows):
    size = rows[rows["comparison"] == "size"].pivot_table("relative_gap", "draw", "kind")
    return difference(size["fully connected"], size["branches"], unit="draw")


def _width_slope(rows):
    """Relative gap gained with each doubling of the width, over draws."""
    part = rows[rows["comparison"] == "width"]
    means = part.assign(width=part["kind"].astype(float)).pivot_table("relative_gap", "draw", "width")
    return mean(np.polyfit(np.log2(means.columns), means.T, 1)[0], unit="draw")


def _sums(sums, scales, hulls):
    differing = sums[sums["law"] == "differing"]
    growing = sums[sums["law"] == "growing"].set_index("branches")["largest_gap"]
    normalised = scales["largest_gap"] / scales["delta_worst"]
    spread = normalised.groupby(scales["draw"]).agg(np.ptp)

    def slope(column):
        return lambda part: np.polyfit(np.log(part["branches"]), np.log(part[column]), 1)[0]

    share = differing["delta_worst"] / differing["branches"]
    return {
        "largest_excess_over_bound_of_differing_branches": bound((differing["largest_gap"] - 2 * share).max()),
        "largest_excess_over_half_the_bound_of_differing_branches": bound((differing["largest_gap"] - share).max()),
        "growth_exponent_of_delta_worst": resampled(differing, slope("delta_worst"), by="draw"),
        "exponent_of_gap_of_differing_branches": resampled(differing, slope("largest_gap"), by="draw"),
        "gap_of_growing_branches_over_one_branch": exact(growing.iloc[-1] / growing.iloc[0], tolerance=1e-9),
        "largest_change_of_normalised_gap_by_scale": bound(spread.max()),
        "largest_change_of_gap_by_scale": bound(scales.groupby("draw")["largest_gap"].agg(np.ptp).max()),
        "most_mixed_branches_beyond_dimension": bound((hulls["mixed"] - hulls["dimension"]).max()),
        "most_mixed_branches": bound(hulls["mixed"].max()),
        "order_violation_of_differing_branches": bound(sums["largest_order_violation"].max()),
    }


def _quadratics(table):
    largest = ((table["primal"] - table["dual"]).abs() / table["primal"].abs()).groupby(table["problem"]).max()
    return {
        "largest_gap_principal_component": bound(largest["principal component"]),
        "largest_gap_one_quadratic_constraint": bound(largest["one quadratic constraint"]),
        "largest_gap_linear_constraints": bound(largest["linear constraints"]),
    }


if __name__ == "__main__":
    run(metrics)
