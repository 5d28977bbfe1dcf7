"""Programs over all patterns: their number, how few groups are active, guaranteed ratios, other activations."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, CYCLE, subplots, ticks_at


def figure_exact_programs(pattern_counts, exact_optima, guarantees, activations):
    """Patterns against samples; groups at every draw; excess over the optimum, measured and guaranteed; activations."""
    fig, (counts, groups, ratios, others) = subplots(1, 4, width=16.5, height=4.3)
    for (rank, rows), colour in zip(pattern_counts.groupby("rank"), CYCLE, strict=False):
        counts.plot(rows["samples"], rows["patterns"], "o-", color=colour, label=f"rank {rank}")
        counts.plot(rows["samples"], rows["bound"], ":", color=colour)
    counts.set(xscale="log", yscale="log", xlabel="samples n", ylabel="patterns P (dotted: bound)")
    counts.set_title("Patterns at fixed rank")
    ticks_at(counts.xaxis, sorted(pattern_counts["samples"].unique()))
    counts.legend(fontsize="small")

    series = {"groups": "all groups", "active_groups": "active groups", "neurons": "neurons after pruning"}
    for k, (column, label) in enumerate(series.items()):
        jitter = np.linspace(-0.12, 0.12, len(exact_optima))
        position = exact_optima["factor"].rank(method="dense") - 1 + jitter
        groups.plot(position, exact_optima[column], "sov"[k], color=CYCLE[k], alpha=0.7, label=label)
    samples = int(exact_optima["samples"].max())
    groups.axhline(samples + 1, color=COLOURS["grey"], linewidth=1, linestyle=":", label=f"n + 1 = {samples + 1}")
    factors = sorted(exact_optima["factor"].unique())
    groups.set_xticks(range(len(factors)), [f"{factor:g} β" for factor in factors])
    groups.set(yscale="log", xlabel="penalty", title="Sparsity of the optimum")
    groups.legend(fontsize="x-small")

    low, sampled = (guarantees[guarantees["kind"] == kind] for kind in ("low rank", "sampled"))
    for rows, marker, name in ((low, "o", "rank 2 of 3"), (sampled, "D", "sampled patterns")):
        x, y = rows["guarantee"] - 1, (rows["ratio"] - 1).clip(lower=1e-9)
        ratios.plot(x, y, marker, color=CYCLE["oD".index(marker)], alpha=0.7, label=name)
    ends = np.array([guarantees["guarantee"].min() - 1, guarantees["guarantee"].max() - 1])
    ratios.plot(ends, ends, color=COLOURS["grey"], linewidth=1, zorder=0)
    ratios.set(xscale="log", yscale="log", xlabel="guaranteed excess over the optimum", ylabel="measured excess")
    ratios.set_title("Guaranteed ratios")
    ratios.legend(fontsize="small")

    slopes = list(activations["negative_slope"].unique())
    names = {-1.0: "absolute value"}
    for position, slope in enumerate(slopes):
        rows = activations[activations["negative_slope"] == slope]
        x = position + np.linspace(-0.1, 0.1, len(rows))
        for column, marker, colour in (("mapped", "D", "blue"), ("best", "o", "vermilion")):
            excess = (rows[column] / rows["lower_bound"] - 1).clip(lower=1e-11)
            label = {"mapped": "network of the program's point", "best": "best trained network"}[column]
            label = label if position == 0 else None
            others.plot(x, excess, marker, color=COLOURS[colour], alpha=0.7, label=label)
    others.set_xticks(range(len(slopes)), [names.get(slope, f"leaky ReLU, slope {slope:g}") for slope in slopes])
    others.set(yscale="log", ylabel="objective / certified bound − 1", title="Other activations", ylim=(3e-12, 1e1))
    others.set_xlim(-0.5, len(slopes) - 0.5)
    others.legend(fontsize="small", loc="upper left")
    return fig


if __name__ == "__main__":
    run(figure_exact_programs)
