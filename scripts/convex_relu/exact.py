"""Everything that is set against all patterns: toy problems, sampled programs, stationary networks."""

from pattern_counts import pattern_counts
from stationary import stationary_points
from toy import toy_problems


def exact(
    data,
    *,
    exact_datasets,
    pairs,
    exact_samples,
    exact_components,
    exact_lam,
    exact_iterations,
    gate_counts,
    draws,
    stationary_widths,
    stationary_starts,
    stationary_iterations,
    toy_widths,
    toy_starts,
    toy_iterations,
    toy_step,
    toy_scale,
    toy_small_scale,
    toy_lam,
    plane_samples,
    plane_width,
    plane_lam,
    seed,
):
    """Tables ``optima``, ``curves``, ``counts`` and ``stationary``."""
    optima, curves = toy_problems(
        toy_widths=toy_widths,
        toy_starts=toy_starts,
        toy_iterations=toy_iterations,
        toy_step=toy_step,
        toy_scale=toy_scale,
        toy_small_scale=toy_small_scale,
        toy_lam=toy_lam,
        plane_samples=plane_samples,
        plane_width=plane_width,
        plane_lam=plane_lam,
        seed=seed,
    )
    shared = {
        "exact_datasets": exact_datasets,
        "pairs": pairs,
        "exact_samples": exact_samples,
        "exact_lam": exact_lam,
        "seed": seed,
    }
    return {
        "optima": optima,
        "curves": curves,
        "counts": pattern_counts(
            data,
            exact_components=exact_components,
            gate_counts=gate_counts,
            draws=draws,
            exact_iterations=exact_iterations,
            **shared,
        ),
        "stationary": stationary_points(
            data,
            exact_components=exact_components,
            stationary_widths=stationary_widths,
            stationary_starts=stationary_starts,
            stationary_iterations=stationary_iterations,
            **shared,
        ),
    }


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, exact)  # noqa: F821
