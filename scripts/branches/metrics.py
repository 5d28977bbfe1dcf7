"""The numbers that the claims and `snakemake verify` read."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, exact, mean, table_of

# Rounding of gap · I / Δ for I up to 1000, Δ ≥ 0.1 and brackets that close at 1e-9.
SCALED_GAP_TOLERANCE = 1e-5


def metrics(gaps, identities, frequencies):
    """Worst cases of the exact programs, and means over draws of samples for gradient descent."""
    return table_of(
        "branches",
        _linear_hinge(gaps) | _kinked_hinge(gaps) | _identities(identities) | _frequencies(frequencies),
    )


def _linear_hinge(gaps):
    """What the theory proves where the hinge is linear, and for every problem: samples and weights are random."""
    linear = gaps[gaps["linear"] & np.isfinite(gaps["budget"])]
    homogeneous = linear[linear["kind"].str.startswith("homogeneous")]
    most = linear[linear["branches"] == linear["branches"].max()]
    disorder = np.maximum(gaps["lp"] - gaps["dual_lower"], gaps["dual_upper"] - gaps["primal_upper"])
    return {
        "largest_excess_over_bound_linear": bound((linear["gap"] - linear["bound"]).max()),
        "largest_ratio_linear": bound(linear["scaled_gap"].max()),
        # These branches are given by a formula: no samples, no random weights.
        "largest_ratio_homogeneous": exact(homogeneous["scaled_gap"].max(), tolerance=SCALED_GAP_TOLERANCE),
        "largest_gap_over_delta_at_most_branches": bound((most["gap"] / most["delta_worst"]).max()),
        "largest_dual_difference_linear": bound((gaps["dual_general"] - gaps["lp"]).abs().max()),
        "largest_order_violation": bound(disorder.max()),
        "spread_of_dual_linear": bound(_spread(linear)),
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
    return {
        "largest_excess_over_bound": bound((binding["gap_lower"] - binding["bound"]).max()),
        "largest_excess_over_linearised_bound": bound((binding["gap_lower"] - linearised_bound).max()),
        "counterexample_gap": exact(counterexample["gap_lower"], tolerance=1e-8),
        "counterexample_delta": exact(counterexample["delta_worst"], tolerance=1e-12),
        "largest_gap_without_budget": bound((free["primal_upper"] - free["dual_lower"])[free["exact"]].max()),
        "largest_relaxation_gap_without_budget": bound((free["primal_lower"] - free["lp"]).max()),
        "spread_of_dual_kinked": bound(_spread(random)),
        "widest_bracket": bound(open_brackets.max()),
    }


def _spread(rows):
    """How far D certainly moves with I."""
    groups = rows.groupby(["kind", "tau", "budget"])
    return (groups["dual_lower"].max() - groups["dual_upper"].min()).max()


def _identities(identities):
    return {
        "hinge_difference_at_one": bound(identities["hinge_at_one"].abs().max()),
        "hinge_difference_near_zero": bound(identities["hinge_near_zero"].abs().max()),
        "printed_dual_minus_primal": bound((identities["dual_without_infimum"] - identities["primal"]).max()),
        "multiplier_without_budget": bound(identities["multiplier_without_budget"].max()),
    }


def _frequencies(table):
    """Means over draws of samples; starts and τ of one draw are averaged first, for they share its samples."""
    table = table.assign(
        certain=table["certain_successes"] / table["starts"], possible=table["possible_successes"] / table["starts"]
    )
    one, most = table["branches"] == 1, table["branches"] == table["branches"].max()
    metrics = {}
    for hinge, rows in (("kinked", table["tau"] < 1), ("linear", table["tau"] >= 1)):
        columns = ["certain", "possible", "lower", "upper"]
        alone, many = (table[rows & at].groupby("repetition")[columns].mean() for at in (one, most))
        metrics |= {
            f"success_share_one_branch_{hinge}": mean(alone["certain"], unit="draw"),
            f"success_share_most_branches_{hinge}": mean(many["possible"], unit="draw"),
            # The optimum is known to lie in a bracket: the gain is no larger and no smaller than these.
            f"possible_gain_in_success_{hinge}": mean(many["possible"] - alone["certain"], unit="draw"),
            f"certain_gain_in_success_{hinge}": mean(many["certain"] - alone["possible"], unit="draw"),
        }
        if hinge == "kinked":
            metrics["fall_of_certified_optimum_kinked"] = mean(alone["lower"] - many["upper"], unit="draw")
    metrics["widest_bracket_at_most_branches"] = bound((table["upper"] - table["lower"])[most].max())
    return metrics


if __name__ == "__main__":
    run(metrics)
