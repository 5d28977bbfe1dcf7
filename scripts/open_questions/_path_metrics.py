"""Question (c): a residual network beside parallel branches."""

import numpy as np

from convexify_workflow.uncertainty import bound, difference, exact, mean, not_reached, ratio, step_at_edge

#: Heights over what training gained, by the metric's name.
HEIGHTS = {
    "plane_violation": "plane_violation",
    "barrier": "barrier",
    "barrier_aligned": "aligned_barrier",
    "barrier_of_permutation": "permutation_barrier",
}


def path_metrics(identities, linear_gaps, gaps, surfaces, steps):
    """Metric name to value."""
    networks = _of_linear_gaps(linear_gaps) | _of_gaps(gaps)
    return _of_identities(identities) | networks | _of_surfaces(surfaces, steps)


def _of_identities(identities):
    own = identities["gates"] == "own"
    return {
        # Sums of up to 2^H products of double precision.
        "unravelling_error_largest": exact(identities.loc[~own, "relative_error"].max(), tolerance=1e-10),
        "unravelling_error_with_own_gates": mean(
            identities[own].groupby("repetition")["relative_error"].mean(), unit="seed"
        ),
    }


def _of_linear_gaps(linear):
    """Closed forms, whatever the data: exact up to the grid of squared norms, which is the same in every build."""
    return {
        "untied_gap_over_bound_largest": exact(linear["untied_gap_over_bound"].max(), tolerance=1e-6),
        "tied_gap_over_bound_of_branches_largest": exact(linear["tied_gap_over_bound"].max(), tolerance=1e-6),
        "gap_tied_minus_untied_linear_smallest": exact(
            (linear["tied_gap"] - linear["untied_gap"]).min(), tolerance=1e-6
        ),
    }


def _of_gaps(gaps):
    """Relative gap at the largest number of blocks, mean over budgets, for each draw of the samples."""
    deepest = gaps[gaps["blocks"] == gaps["blocks"].max()]
    means = deepest.groupby(["network", "draw"])["relative_gap"].mean()
    return {
        "tied_gap_relu": mean(means["residual"], unit="draw"),
        "untied_gap_relu": mean(means["branches"], unit="draw"),
        "gap_tied_minus_untied_relu": difference(means["residual"], means["branches"], unit="draw"),
        "relu_gap_over_bound_largest": bound((gaps["gap"] / gaps["bound"].clip(lower=1e-12)).max()),
    }


def _of_surfaces(surfaces, steps):
    """Residual less branches for each repetition; no number where the step of either lies on the edge of its grid."""
    edges = steps.loc[steps["chosen"] & (steps["edge"] != ""), "architecture"].nunique()
    residual, branches = (
        surfaces[surfaces["architecture"] == name].set_index("repetition").sort_index()
        for name in ("residual", "branches")
    )
    found = {}
    for column, short in HEIGHTS.items():
        for name, values in (("residual", residual[column]), ("branches", branches[column])):
            reached = np.isfinite(values).all()
            found[f"{short}_{name}"] = mean(values, unit="seed") if reached else not_reached(len(values), unit="seed")
    for column, short in HEIGHTS.items():
        pair = residual[column], branches[column]
        usable = np.isfinite(pair).all()
        found[f"{short}_residual_minus_branches"] = (
            step_at_edge(edges, unit="tuning") if edges
            else difference(*pair, unit="seed") if usable
            else not_reached(len(residual), unit="seed")
        )  # fmt: skip
    loss = residual["training_loss"], branches["training_loss"]
    trained = all((part > 0).all() for part in loss)
    found["surface_training_loss_residual_over_branches"] = (
        step_at_edge(edges, unit="tuning") if edges
        else ratio(*loss, unit="seed") if trained
        else not_reached(len(residual), unit="seed")
    )  # fmt: skip
    return found
