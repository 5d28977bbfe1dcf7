"""Errors of vanilla and relaxed descent against the iteration: Figure 3 of the survey."""

from _drawn import LOSSES, by_loss, noise_named

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, iteration_axis, legend_of, measured, medians, subplots

# Label of each error, and the lowest value that is drawn.
ERRORS = {
    "training_error": ("mean squared training error", 1e-12),
    "test_error": ("mean squared test error", 1e-12),
    "recovery_error": (r"recovery error $\|w-w^*\|$", 1e-6),
}


def figure_errors_against_iteration(trajectories, metrics):
    """Three errors against the iteration, a row of panels for each noise level: median, mean, nine trials in ten."""
    table = by_loss(trajectories)
    noises = sorted(table["noise"].unique())
    fig, axes = subplots(len(noises), 3, width=10, height=1.2 + 3.1 * len(noises), squeeze=False, sharex=True)
    style = looks(LOSSES.values()) | {"markers": False, "dashes": False, "hue": "loss", "style": "loss"}
    for row, noise in zip(axes, noises, strict=True):
        rows = table[table["noise"] == noise]
        for ax, (error, (label, lowest)) in zip(row, ERRORS.items(), strict=True):
            medians(ax, rows, "iteration", error, spread=("pi", 80), legend=ax is axes[0, 0], **style)
            means = rows.groupby(["loss", "iteration"])[error].mean()
            for loss in LOSSES.values():
                ax.plot(means[loss], color=style["palette"][loss], linestyle=":", linewidth=1.5, label=f"{loss}: mean")
            ax.set(yscale="log", ylabel=label, title=noise_named(noise))
            iteration_axis(ax, rows["iteration"].max())
            ax.set_ylim(bottom=max(lowest, 0.5 * ax.get_ylim()[0]))
    finding(fig, _finding(metrics, noises))
    legend_of(fig, axes[0, 0])
    return fig


def _finding(metrics, noises):
    """Which descent ends with the lower test error at each noise level, by the ratio of the medians."""
    rows, sentences = metrics.set_index("metric"), []
    for noise in noises:
        name = f"test_error_median_ratio_{'noise_free' if noise == 0 else f'noise_{noise:g}'}"
        low, high = rows.loc[name, ["low", "high"]]
        word = "higher on the relaxed loss" if low > 1 else "lower on the relaxed loss" if high < 1 else "alike"
        sentences.append(f"{noise_named(noise)}: {word}, ratio {measured(metrics, name, '.2f')}")
    return f"Median final test error. {'; '.join(sentences).capitalize()}"


if __name__ == "__main__":
    run(figure_errors_against_iteration)
