"""The theorem on real samples: labels of a planted neuron, and the sets' own."""

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, subplots

# Smaller relative losses are drawn there.
FLOOR = 1e-5


def figure_real_labels(theorem):
    """Relative loss at the relaxed minimiser beside the lowest loss found, on real data."""
    real = theorem[~theorem["source"].isin(["counterexample", "gaussian"])]
    names = list(real["source"].unique())
    fig, axes = subplots(1, len(names), width=4.2 * len(names), height=4.6, squeeze=False, sharey=True)
    for ax, name in zip(axes[0], names, strict=True):
        rows = real[real["source"] == name].reset_index(drop=True)
        lowest = rows["relative_lowest_loss"].clip(lower=FLOOR)
        at_relaxed = rows["relative_loss_at_relaxed_minimiser"].clip(lower=FLOOR)
        ax.plot(rows.index, lowest, "_", markersize=26, color=COLOURS["vermilion"], label="lowest L found")
        ax.plot(rows.index, at_relaxed, "s", color=COLOURS["blue"], label="L at the minimiser of $L_r$")
        for at in rows.index[~rows["bounded"]]:
            ax.annotate("$L_r$\nunbounded", (at, 3e-4), ha="center", va="center", fontsize=9, color=COLOURS["blue"])
        ax.set(yscale="log", ylim=(0.6 * FLOOR, 2), xlim=(-0.5, len(rows) - 0.5), title=name.replace("_", " "))
        ax.set_xticks(rows.index, labels=[text.replace(", ", ",\n", 1) for text in rows["labels"]], fontsize=9)
        ax.set_xlabel("labels")
    axes[0, 0].set_ylabel("loss / ‖y‖² (below 1e−5 drawn there)")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


if __name__ == "__main__":
    run(figure_real_labels)
