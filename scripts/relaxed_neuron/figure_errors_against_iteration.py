"""Errors of vanilla and relaxed descent against the iteration: Figure 3 of the survey."""

from _methods import METHOD_COLOURS

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, iteration_axis, quantile_band, subplots

# Label of each error, and the lowest value that is drawn.
ERRORS = {
    "training_error": ("mean squared training error", 1e-12),
    "test_error": ("mean squared test error", 1e-12),
    "recovery_error": ("recovery error ‖w − w*‖", 1e-6),
}


def figure_errors_against_iteration(trajectories):
    """Three errors against the iteration, one row of panels per noise level."""
    noises = sorted(trajectories["noise"].unique())
    fig, axes = subplots(len(noises), 3, width=13, height=3.9 * len(noises), squeeze=False, sharex=True)
    for row, noise in zip(axes, noises, strict=True):
        rows = trajectories[trajectories["noise"] == noise]
        title = "no label noise" if noise == 0 else f"label noise {noise:g}"
        for ax, (error, (label, lowest)) in zip(row, ERRORS.items(), strict=True):
            for method, colour in METHOD_COLOURS.items():
                steps = rows[rows["method"] == method].groupby("iteration")[error]
                quantile_band(ax, steps, "mean", color=COLOURS[colour], label=f"{method}: mean")
                ax.plot(steps.median(), color=COLOURS[colour], linestyle=":", label=f"{method}: median")
            ax.set(yscale="log", ylabel=label, title=title)
            iteration_axis(ax, rows["iteration"].max())
            ax.set_ylim(bottom=max(lowest, 0.5 * ax.get_ylim()[0]))
    for ax in axes[-1]:
        ax.set_xlabel("iteration")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return fig


if __name__ == "__main__":
    run(figure_errors_against_iteration)
