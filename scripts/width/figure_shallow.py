"""The three panels of Du, Zhai, Poczos and Singh (2019), ours beside what they report."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import COLOURS, finding, legend_of, measured, medians, subplots, ticks_at

#: Read in Du, Zhai, Poczos and Singh (2019): widths with a reported log error, and both ends of the other two panels.
REPORTED = {
    "log_error": ([500, 1000, 2000, 4000, 8000], [-1.6, -2.1, -3.0, -4.0, -5.7]),
    "pattern_change": ([500, 8000], [0.018, 0.0067]),
    "weight_distance": ([500, 8000], [2.8, 0.45]),
}
LABELS = {
    "log_error": "log₁₀ of the training error",
    "pattern_change": "share of changed activations",
    "weight_distance": r"$\max_r\|w_r(k)-w_r(0)\|$",
}
RULES = {"calibrated": r"step calibrated to the widest network", "half of 2/λ_max": r"step $1/\lambda_{\max}$"}


def figure_shallow(shallow, metrics):
    """Training error, changed patterns and largest distance after the last epoch, against the width."""
    fig, axes = subplots(1, 3, width=10, height=4.6)
    last = shallow[shallow["iteration"] == shallow["iteration"].max()]
    last = last.assign(log_error=np.log10(last["loss"]), rule=last["step_rule"].map(RULES))
    colours = dict(zip(RULES.values(), (COLOURS["vermilion"], COLOURS["orange"]), strict=True))
    paper = METHODS["paper"]
    for ax, (column, label) in zip(axes, LABELS.items(), strict=True):
        medians(ax, last, "width", column, hue="rule", style="rule", markers=["o", "s"], dashes=False, palette=colours,
                hue_order=list(colours), style_order=list(colours))  # fmt: skip
        ax.plot(*REPORTED[column], paper.marker, color=paper.colour, markersize=8, label=f"{paper.name} (n = d = 1000)")
        ax.set(xscale="log", xlabel="width m", ylabel=label)
        ticks_at(ax.xaxis, sorted({*last["width"].unique(), *REPORTED["log_error"][0]}))
        ax.tick_params(axis="x", rotation=60)
        if column != "log_error":
            ax.set_ylim(bottom=0)
    error = measured(metrics, "shallow_log_error_per_doubling", ".2f")
    pattern = measured(metrics, "shallow_pattern_slope", ".2f")
    widths, errors = REPORTED["log_error"]
    paper_slope = f"{(errors[-1] - errors[0]) / np.log2(widths[-1] / widths[0]):.3f}".replace("-", "−")
    finding(fig, f"log₁₀ error per doubling of the width: {error}, the paper's {paper_slope}; patterns change like "
            f"the width to the power {pattern}")  # fmt: skip
    legend_of(fig, axes[0])
    return fig


if __name__ == "__main__":
    run(figure_shallow)
