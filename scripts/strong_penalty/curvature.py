"""Figures of curvature and of the fitted functions, drawn by one job."""

from figures import fitted_functions, hessian_slice, relu_kink, threshold_growth


def curvature_figures(functions, slice_, growth, kink, *, box):
    """Figure by output name; `convexify_workflow.job` writes the vector version beside each."""
    drawn = {
        "fitted_functions": fitted_functions(functions),
        "hessian_slice": hessian_slice(slice_, growth, box),
        "relu_kink": relu_kink(kink),
        "threshold_growth": threshold_growth(growth),
    }
    return drawn | {f"{name}_svg": figure for name, figure in drawn.items()}


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, curvature_figures)  # noqa: F821
