"""The numbers that the claims and `snakemake verify` read; each question has a helper of its own."""

from _comparison import PROGRAMS, best_models_metric, largest_gap
from _depth_metrics import depth_metrics
from _path_metrics import path_metrics
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


def metrics(runs, fits, limits, widths, identities, linear_gaps, gaps, surfaces, steps):
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
            **depth_metrics(limits, widths),
            **path_metrics(identities, linear_gaps, gaps, surfaces, steps),
        },
    )


if __name__ == "__main__":
    run(metrics)
