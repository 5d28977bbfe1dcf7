"""A residual network beside parallel branches: duality gaps, and heights on the surfaces of trained networks."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, legend_of, mean_interval, measured, medians, sns, subplots, ticks_at

GAPS = {"tied_gap": METHODS["residual"].name, "untied_gap": METHODS["branches"].name}
HEIGHTS = {
    "plane_violation": "midpoint violation\non the aligned plane",
    "barrier": "barrier",
    "barrier_aligned": "barrier,\nunits aligned",
    "barrier_of_permutation": "barrier to its own\npermuted copy",
}


def figure_paths(linear_gaps, gaps, surfaces, metrics):
    """Relative gaps against the number of paths; heights over what training gained, a point for each repetition."""
    fig, (linear, relu, heights) = subplots(1, 3, width=12, height=4.9, width_ratios=[1, 1, 1.9])
    deepest = linear_gaps[linear_gaps["squared_norm"] == linear_gaps["squared_norm"].max()]
    long = deepest.melt(["paths"], list(GAPS), "network", "gap").replace({"network": GAPS})
    means = gaps.groupby(["network", "draw", "paths"], as_index=False)["relative_gap"].mean()
    means["network"] = means["network"].map(lambda word: METHODS[word].name)
    for axes, part, column in ((linear, long, "gap"), (relu, means, "relative_gap")):
        medians(axes, part, "paths", column, hue="network", style="network", **looks(GAPS.values()))
        axes.set(xscale="log", xlabel="number of paths $2^H$", ylabel="duality gap / gain", ylim=(0, None))
        ticks_at(axes.xaxis, sorted(part["paths"].unique()))
    linear.set_title("linear: largest gap")
    relu.set_title("ReLU: mean over budgets")
    table = surfaces.melt(["architecture", "repetition"], list(HEIGHTS), "measure", "height").replace(
        {"measure": HEIGHTS}
    )
    table["architecture"] = table["architecture"].map(lambda word: METHODS[word].name)
    style = looks(table["architecture"].unique())
    sns.pointplot(table, x="measure", y="height", hue="architecture", palette=style["palette"], dodge=0.35, ax=heights,
                  linestyle="none", markers=list(style["markers"].values()), errorbar=mean_interval)  # fmt: skip
    heights.set(xlabel="", ylabel="height / what training gained", title="trained classifiers", ylim=(0, None))
    heights.tick_params(axis="x", labelsize="small")
    barrier, violation, gap = (
        measured(metrics, name)
        for name in (
            "aligned_barrier_residual_minus_branches",
            "plane_violation_residual_minus_branches",
            "gap_tied_minus_untied_relu",
        )
    )
    finding(fig, f"Residual less branches: relative duality gap {gap} (ReLU); over what training gained, barrier "
            f"{barrier}, midpoint violation {violation}")  # fmt: skip
    legend_of(fig, linear)
    return fig


if __name__ == "__main__":
    run(figure_paths)
