"""Objective of sampled programs over the exact optimum, against the number of gates."""

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import finding, measured, medians, spelled, subplots, ticks_at

KINDS = {"Gaussian": "Gaussian gates", "mixed": "mixed gates", "trained": "trained gates", "network": "network"}
#: Smaller excesses are the certificate's gap: they count as this much.
FLOOR = 1e-7


def figure_sampled_patterns(sampled_patterns, numbers):
    """A panel per data set; lines join medians over draws, bands hold the middle half of them."""
    sets = list(sampled_patterns["dataset"].unique())
    fig, axes = subplots(1, len(sets), width=10, height=5, sharey=True, squeeze=False)
    rows = sampled_patterns[sampled_patterns["kind"].isin(KINDS)]
    names = rows["kind"].map({kind: METHODS[word].name for kind, word in KINDS.items()})
    rows = rows.assign(method=names, excess=(rows["ratio"] - 1).clip(lower=FLOOR))
    for ax, name in zip(axes[0], sets, strict=True):
        part = rows[rows["dataset"] == name]
        medians(ax, part, "gates", "excess", spread=("pi", 50), hue="method", style="method",
                legend=ax is axes[0, 0], **looks(names))  # fmt: skip
        total = sampled_patterns.loc[sampled_patterns["dataset"] == name].query("kind == 'all'")["patterns"].iloc[0]
        ax.set(
            xscale="log", yscale="log", xlabel="number of gates", title=f"{spelled(name)}: {total:,} patterns in all"
        )
        ticks_at(ax.xaxis, sorted(part["gates"].unique()))
        ax.set_ylabel("objective / optimum over all patterns − 1\n(lower is better; 1e−7: rounding)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    axes[0, 0].get_legend().remove()
    few, many = "trained_over_gaussian_few_gates", "gaussian_over_optimum_many_gates"
    finding(
        fig,
        f"With the most Gaussian gates the objective is {measured(numbers, many, '.3f')} times the optimum; "
        f"with the fewest, gates of a trained network give {measured(numbers, few)} times that of Gaussian ones",
    )
    return fig


if __name__ == "__main__":
    run(figure_sampled_patterns)
