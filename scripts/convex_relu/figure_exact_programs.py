"""Programs over all patterns: their number, how few groups are active, guaranteed ratios, other activations."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, CYCLE, finding, measured, sns, subplots, ticks_at

SIZES = {"groups": "all groups", "active_groups": "active groups", "neurons": "neurons after pruning"}
KINDS = {"low rank": "data cut to rank 2", "sampled": "sampled patterns"}
NETWORKS = {"mapped": "network of the program", "best": "best trained network"}
#: Smaller excesses are rounding.
FLOOR = 1e-10


def figure_exact_programs(pattern_counts, exact_optima, guarantees, activations, numbers):
    """Patterns against samples; groups at every draw; excess over the optimum, measured and guaranteed; activations."""
    fig, ((counts, groups), (ratios, others)) = subplots(2, 2, width=10, height=8)
    patterns = pattern_counts.assign(rank=pattern_counts["rank"].astype(str))
    shared = {"x": "samples", "hue": "rank", "palette": CYCLE[: patterns["rank"].nunique()], "ax": counts}
    sns.lineplot(patterns, y="patterns", marker="o", **shared)
    sns.lineplot(patterns, y="bound", linestyle=":", legend=False, **shared)
    counts.set(xscale="log", yscale="log", xlabel="samples n", ylabel="patterns P (dotted: the bound)")
    counts.set_title("Patterns at fixed rank")
    ticks_at(counts.xaxis, sorted(pattern_counts["samples"].unique()))

    long = exact_optima.rename(columns=SIZES).melt(["factor"], list(SIZES.values()), "what", "number")
    penalty = long.assign(penalty=long["factor"].map("{:g} β".format))
    dots = {"alpha": 0.6, "dodge": True, "jitter": False, "log_scale": 10}
    sns.stripplot(penalty, x="penalty", y="number", hue="what", palette=CYCLE[:3], ax=groups, **dots)
    groups.axhline(exact_optima["samples"].max() + 1, color=COLOURS["grey"], linewidth=1, linestyle=":")
    groups.set(xlabel="penalty", ylabel="number (dotted: n + 1)", title="Sparsity of the optimum")

    rows = guarantees.assign(guaranteed=guarantees["guarantee"] - 1, kind=guarantees["kind"].map(KINDS))
    rows["measured"] = (rows["ratio"] - 1).clip(lower=FLOOR)
    sns.scatterplot(rows, x="guaranteed", y="measured", hue="kind", style="kind", palette=CYCLE[:2], s=45, ax=ratios)
    ends = np.array([rows["guaranteed"].min(), rows["guaranteed"].max()])
    ratios.plot(ends, ends, color=COLOURS["grey"], linewidth=1, zorder=0)
    ratios.set(xscale="log", yscale="log", xlabel="guaranteed excess over the optimum", ylabel="measured excess")
    ratios.set_title("Guaranteed ratios (kept below the line)")

    excess = activations[list(NETWORKS)].div(activations["lower_bound"], axis=0) - 1
    slopes = activations["negative_slope"].map(lambda slope: "absolute value" if slope == -1 else f"leaky, {slope:g}")
    wide = excess.clip(lower=FLOOR).rename(columns=NETWORKS).assign(activation=slopes)
    trained = wide.melt("activation", var_name="network", value_name="excess")
    colours = [METHODS["global"].colour, METHODS["Adam"].colour]
    sns.stripplot(trained, x="activation", y="excess", hue="network", palette=colours, ax=others, **dots)
    others.set(ylabel="objective / bound − 1 (1e−10: rounding)", title="Other activations", xlabel="")
    for panel in (groups, ratios, others):
        panel.legend(title=None, fontsize="small")
    growth = measured(numbers, "pattern_growth_at_rank_3", ".2f").split(" ")[0]
    finding(
        fig,
        f"Patterns grow like n to the power {growth} at rank 3; "
        f"{measured(numbers, 'active_share_of_groups')} of the groups are active",
    )
    return fig


if __name__ == "__main__":
    run(figure_exact_programs)
