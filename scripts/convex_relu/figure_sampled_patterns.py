"""Objective of sampled programs over the exact optimum, against the number of gates."""

from convexify_workflow.job import run
from convexify_workflow.plotting import CYCLE, subplots, ticks_at

STYLES = {
    "Gaussian": ("convex, Gaussian gates", "o-"),
    "mixed": ("convex, half and half", "s-"),
    "trained": ("convex, gates of a trained network", "^-"),
    "network": ("the trained network itself", "x--"),
}


def figure_sampled_patterns(sampled_patterns):
    """A panel per data set; lines join medians over draws, the band spans all draws."""
    sets = list(sampled_patterns["dataset"].unique())
    fig, axes = subplots(1, len(sets), width=max(7.0, 4.4 * len(sets)), height=4.4, sharey=True, squeeze=False)
    for ax, name in zip(axes[0], sets, strict=True):
        rows = sampled_patterns[sampled_patterns["dataset"] == name]
        for (kind, (label, style)), colour in zip(STYLES.items(), CYCLE, strict=False):
            excess = rows[rows["kind"] == kind].groupby("gates")["ratio"].agg(["median", "min", "max"]) - 1
            excess = excess.clip(lower=1e-7)
            ax.fill_between(excess.index, excess["min"], excess["max"], color=colour, alpha=0.15, linewidth=0)
            ax.plot(excess.index, excess["median"], style, color=colour, markersize=5, label=label)
        ax.set_xscale("log")
        ticks_at(ax.xaxis, sorted(rows.loc[rows["gates"] > 0, "gates"].unique()))
        total = rows.loc[rows["kind"] == "all", "patterns"].iloc[0]
        ax.set(yscale="log", xlabel="number of gates", title=f"{name}: {total} patterns in all")
    axes[0, 0].set_ylabel("objective / exact optimum − 1")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=2)
    return fig


if __name__ == "__main__":
    run(figure_sampled_patterns)
