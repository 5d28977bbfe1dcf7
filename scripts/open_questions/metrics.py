"""The numbers that the claims and `snakemake verify` read; each question has a helper of its own."""

from _comparison import PROGRAMS, best_models_metric, largest_gap
from _depth_metrics import growth, law_errors, over_bound_of_skips
from _path_metrics import (
    heights,
    largest_over_bound,
    own_gates_error,
    relu_gap_difference,
    relu_gaps,
    unravelling_error,
)
from _per_parameter import global_metric, per_parameter_metrics, within_budgets

from convexify_workflow.job import run
from convexify_workflow.uncertainty import table_of

#: Methods whose test errors at equal numbers of parameters are subtracted.
ERRORS = {
    "error_residual": ("residual", "fully connected"),
    "error_branches": ("branches", "fully connected"),
    "error_wide": ("wide", "fully connected"),
    "error_sampled": ("sampled", "wide"),
    "error_gated": ("gated", "wide"),
}
#: Methods whose training losses or, where both minimise the same function, objectives are divided.
TRAINING = {
    "training_residual": ("residual", "fully connected", "train_loss"),
    "training_branches": ("branches", "fully connected", "train_loss"),
    "training_wide": ("wide", "fully connected", "train_loss"),
    "training_sampled": ("sampled", "wide", "objective"),
}
#: Architectures whose λ_min is judged as a power of depth or exponential in it.
LAWS = {
    "lambda_power_minus_exponential_error_fc": "fully connected",
    "lambda_power_minus_exponential_error_residual": "residual",
    "lambda_power_minus_exponential_error_root": "skip, 1/sqrt(H)",
    "lambda_power_minus_exponential_error_dense": "dense skips",
    "lambda_power_minus_exponential_error_branches_of_one_depth": "branches of depth H",
    "lambda_power_minus_exponential_error_branches_of_all_depths": "branches of depths 1 to H",
}
#: Needed widths whose growth is compared with that of fully connected networks.
GROWTH = {
    "stable_width_power_fc_minus_residual": ("stable Gram matrix", "residual"),
    "stable_width_power_fc_minus_root": ("stable Gram matrix", "skip, 1/sqrt(H)"),
    "stable_width_power_fc_minus_dense": ("stable Gram matrix", "dense skips"),
    "stable_width_power_fc_minus_branches_of_one_depth": ("stable Gram matrix", "branches of depth H"),
    "stable_width_power_fc_minus_branches_of_all_depths": ("stable Gram matrix", "branches of depths 1 to H"),
    "trained_width_power_fc_minus_residual": ("target reached in time", "residual"),
    "trained_width_power_fc_minus_root": ("target reached in time", "skip, 1/sqrt(H)"),
    "trained_width_power_fc_minus_dense": ("target reached in time", "dense skips"),
}
#: Heights on surfaces, over what training gained, of which the residual network's less the branches' is taken.
HEIGHTS = {
    "plane_violation_residual_minus_branches": "plane_violation",
    "barrier_residual_minus_branches": "barrier",
    "aligned_barrier_residual_minus_branches": "barrier_aligned",
    "permutation_barrier_residual_minus_branches": "barrier_of_permutation",
}


def metrics(runs, fits, limits, laws, needed_widths, identities, linear_gaps, gaps, surfaces, steps):
    """Table of metrics."""
    return table_of(
        "open_questions",
        {
            **per_parameter_metrics(runs, ERRORS, TRAINING),
            "global_within_budgets": within_budgets(runs),
            "error_global": global_metric(runs),
            "error_best_convex": best_models_metric(fits),
            "largest_gap_of_programs": largest_gap(fits, PROGRAMS),
            "largest_gap_over_every_width": largest_gap(fits, ["global"]),
            **law_errors(laws, LAWS),
            "lambda_over_bound_of_skips_smallest": over_bound_of_skips(limits),
            **growth(needed_widths, GROWTH),
            "unravelling_error_largest": unravelling_error(identities),
            "unravelling_error_with_own_gates": own_gates_error(identities),
            "untied_gap_over_bound_largest": largest_over_bound(linear_gaps, "untied"),
            "tied_gap_over_bound_of_branches_largest": largest_over_bound(linear_gaps, "tied"),
            "gap_tied_minus_untied_relu": relu_gap_difference(gaps),
            **relu_gaps(gaps),
            **heights(surfaces, steps, HEIGHTS),
        },
    )


if __name__ == "__main__":
    run(metrics)
