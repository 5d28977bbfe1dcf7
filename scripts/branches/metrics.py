"""The numbers that the claims and `snakemake verify` read."""

import numpy as np

from convexify_workflow.job import run

# The closed form rounded to the digits that were checked by hand: R = c = 1, K = 0.37, I = 1, 2, 10, 30.
PUBLISHED = {
    "homogeneous p=1": (0.0, 0.0, 0.0, 0.0),
    "homogeneous p=1.5": (0.145, 0.052, 0.0114, 0.0023),
    "homogeneous p=2": (0.233, 0.096, 0.021, 0.003),
}


def metrics(gaps, identities, frequencies):
    """Metric name to value."""
    return _gap_metrics(gaps) | _identity_metrics(identities) | _frequency_metrics(frequencies)


def _gap_metrics(gaps):
    binding = gaps[np.isfinite(gaps["budget"])]
    free = gaps[np.isinf(gaps["budget"])]
    linear, kinked = binding[binding["linear"]], binding[~binding["linear"]]
    real = kinked[kinked["kind"] != "counterexample"]
    groups = ["kind", "tau", "budget"]
    homogeneous = gaps[gaps["kind"].str.startswith("homogeneous")].set_index(["kind", "branches"])["gap"]
    most = linear[linear["branches"] == linear["branches"].max()]
    return {
        "largest_excess_over_bound": (binding["gap_lower"] - binding["bound"]).max(),
        "largest_excess_over_bound_linear": (linear["gap"] - linear["bound"]).max(),
        "largest_excess_over_linearised_bound": (
            binding["gap_lower"] - 2 * binding["delta_linearised"] / binding["branches"]
        ).max(),
        "largest_ratio_linear": linear["scaled_gap"].max(),
        "largest_ratio_homogeneous": linear.loc[linear["kind"].str.startswith("homogeneous"), "scaled_gap"].max(),
        "largest_certified_ratio_kinked": real["scaled_gap_lower"].max(),
        "counterexample_gap": gaps.loc[gaps["kind"] == "counterexample", "gap_lower"].item(),
        "counterexample_delta": gaps.loc[gaps["kind"] == "counterexample", "delta_worst"].item(),
        "largest_gap_over_delta_at_most_branches": (most["gap"] / most["delta_worst"]).max(),
        "largest_gap_without_budget": (free["primal_upper"] - free["dual_lower"])[free["exact"]].max(),
        "largest_relaxation_gap_without_budget": (free["primal_lower"] - free["lp"]).max(),
        "largest_dual_difference_linear": (gaps["dual_general"] - gaps["lp"]).abs().max(),
        "largest_order_violation": np.maximum(
            gaps["lp"] - gaps["dual_lower"], gaps["dual_upper"] - gaps["primal_upper"]
        ).max(),
        "spread_of_dual_linear": _spread(linear.groupby(groups)),
        "spread_of_dual_kinked": _spread(real.groupby(groups)),
        "largest_closed_form_error": (gaps["gap"] - gaps["closed_form"]).abs().max(),
        "largest_difference_from_printed_gaps": max(
            abs(homogeneous[kind, count] - value)
            for kind, values in PUBLISHED.items()
            for count, value in zip((1, 2, 10, 30), values, strict=True)
        ),
        "largest_gap_of_relu_units_linear": linear.loc[linear["kind"] == "relu", "gap"].max(),
        "largest_gap_of_two_layer_branches_linear": linear.loc[linear["kind"] == "two_layer", "gap"].max(),
        "smallest_weight_delta_over_delta": (gaps["delta_weights"] / gaps["delta_worst"]).min(),
        "share_of_closed_brackets": gaps["exact"].mean(),
    }


def _spread(groups):
    """How far D certainly moves with I."""
    return (groups["dual_lower"].max() - groups["dual_upper"].min()).max()


def _identity_metrics(identities):
    return {
        "hinge_difference_at_one": identities["hinge_at_one"].abs().max(),
        "hinge_difference_near_zero": identities["hinge_near_zero"].abs().max(),
        "printed_dual_minus_primal": (identities["dual_without_infimum"] - identities["primal"]).max(),
        "multiplier_without_budget": identities["multiplier_without_budget"].max(),
    }


def _frequency_metrics(table):
    table = table.assign(
        certain=table["certain_successes"] / table["starts"],
        possible=table["possible_successes"] / table["starts"],
        excess=table["median_loss"] - table["lower"],
        width=table["upper"] - table["lower"],
    )
    kinked = table["tau"] < 1
    one, most = table["branches"] == 1, table["branches"] == table["branches"].max()
    mean = {
        f"{name}_{regime}_{place}": table.loc[rows & at, name].mean()
        for name in ("certain", "possible")
        for regime, rows in (("kinked", kinked), ("linear", ~kinked))
        for place, at in (("one", one), ("most", most))
    }
    return {
        "success_share_one_branch_kinked": mean["certain_kinked_one"],
        "success_share_most_branches_kinked": mean["possible_kinked_most"],
        "success_share_one_branch_linear": mean["certain_linear_one"],
        "success_share_most_branches_linear": mean["possible_linear_most"],
        "certain_gain_in_success_kinked": mean["certain_kinked_most"] - mean["possible_kinked_one"],
        "possible_gain_in_success_kinked": mean["possible_kinked_most"] - mean["certain_kinked_one"],
        "possible_gain_in_success_linear": mean["possible_linear_most"] - mean["certain_linear_one"],
        "fall_of_certified_optimum_kinked": (
            table.loc[kinked & one, "lower"].mean() - table.loc[kinked & most, "upper"].mean()
        ),
        "widest_bracket_at_most_branches": table.loc[most, "width"].max(),
    }


if __name__ == "__main__":
    run(metrics)
