"""The sensitivity to the step that was tuned away, of both descents."""

import numpy as np
from _methods import METHOD_COLOURS

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, plain_log_ticks, subplots


def figure_step_sensitivity(steps):
    """Score of every step tried, a panel per noise level; the chosen one ringed, steps with diverged runs crossed."""
    noises = sorted(steps["noise"].unique())
    fig, axes = subplots(1, len(noises), width=5.6 * len(noises), height=4.4, squeeze=False)
    for ax, noise in zip(axes[0], noises, strict=True):
        rows = steps[steps["noise"] == noise]
        finite = rows[np.isfinite(rows["score"])]
        for method, colour in METHOD_COLOURS.items():
            part = finite[finite["method"] == method].sort_values("step")
            ax.plot(part["step"], part["score"], "o-", color=COLOURS[colour], label=method)
            ring = {"markersize": 13, "markerfacecolor": "none", "color": COLOURS[colour]}
            ax.plot(part.loc[part["chosen"], "step"], part.loc[part["chosen"], "score"], "o", **ring)
            lost = rows[(rows["method"] == method) & (rows["diverged_trials"] > 0)]
            ax.plot(lost["step"], [finite["score"].max()] * len(lost), "x", color=COLOURS[colour], markersize=9)
        ax.set(xscale="log", xlabel="step, multiples of 1/‖X‖₂²")
        ax.set_title("no label noise" if noise == 0 else f"label noise {noise:g}")
        plain_log_ticks(ax.xaxis)
    axes[0, 0].set_ylabel("mean of log₁₀(training error / ‖y‖²)\nover trials and iterations")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


if __name__ == "__main__":
    run(figure_step_sensitivity)
