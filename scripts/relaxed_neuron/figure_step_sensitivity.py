"""The sensitivity to the step that was tuned away, of both descents."""

import numpy as np
from _drawn import LOSSES, by_loss, noise_named

from convexify_workflow.job import run
from convexify_workflow.methods import looks
from convexify_workflow.plotting import finding, legend_of, plain_log_ticks, sns, subplots


def figure_step_sensitivity(steps):
    """Score of every step tried, a panel per noise level; the chosen one ringed, steps with diverged runs crossed."""
    steps = by_loss(steps)
    noises = sorted(steps["noise"].unique())
    fig, axes = subplots(1, len(noises), width=10, height=4.8, squeeze=False)
    style = looks(LOSSES.values()) | {"dashes": False}
    for ax, noise in zip(axes[0], noises, strict=True):
        rows = steps[steps["noise"] == noise]
        finite = rows[np.isfinite(rows["score"])]
        sns.lineplot(finite, x="step", y="score", hue="loss", style="loss", ax=ax, **style)
        for row in rows[rows["chosen"]].itertuples():
            ax.plot(row.step, row.score, "o", markersize=14, mfc="none", color=style["palette"][row.loss])
        for row in rows[rows["diverged_trials"] > 0].itertuples():
            ax.plot(row.step, finite["score"].max(), "x", color=style["palette"][row.loss], markersize=9)
        ax.set(xscale="log", xlabel=r"step, multiples of $1/\|X\|_2^2$", ylabel="", title=noise_named(noise))
        plain_log_ticks(ax.xaxis)
    axes[0, 0].set_ylabel("mean of log₁₀(training error / ‖y‖²)\nover trials and iterations, lower is better")
    best = steps[steps["chosen"]].pivot(index="noise", columns="loss", values="score")
    ahead = (best["relaxed loss"] - best["squared loss"]).items()
    by_noise = (
        " and ".join(f"{value:+.2f} ({noise_named(noise)})" for noise, value in ahead)
        .replace("-0.00", "0")
        .replace("-", "−")
    )
    finding(
        fig, f"Best step of each descent ringed: the score on the relaxed loss minus that on the other is {by_noise}"
    )
    legend_of(fig, axes[0, 0])
    return fig


if __name__ == "__main__":
    run(figure_step_sensitivity)
