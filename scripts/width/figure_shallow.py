"""The three panels of Du, Zhai, Poczos and Singh (2019), ours beside what they report."""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.plotting import COLOURS, median_band, subplots, ticks_at

#: Read in Du, Zhai, Poczos and Singh (2019): widths with a reported log error, and both ends of the other two panels.
REPORTED = {
    "log_error": ([500, 1000, 2000, 4000, 8000], [-1.6, -2.1, -3.0, -4.0, -5.7]),
    "pattern_change": ([500, 8000], [0.018, 0.0067]),
    "weight_distance": ([500, 8000], [2.8, 0.45]),
}


def figure_shallow(shallow):
    """The three panels of Du, Zhai, Poczos and Singh (2019), ours beside what they report."""
    fig, axes = subplots(1, 3, width=13, height=4.6)
    last = shallow[shallow["iteration"] == shallow["iteration"].max()]
    last = last.assign(log_error=np.log10(last["loss"]))
    labels = {
        "log_error": ("log₁₀ of the training error", "The error hardly depends on the width"),
        "pattern_change": ("share of changed activations", "Activation patterns change less"),
        "weight_distance": (r"$\max_r\|w_r(k)-w_r(0)\|$", "The farthest neuron moves less"),
    }
    rules = {"calibrated": (COLOURS["blue"], "s", "smaller step, calibrated to −5.7 in the wide limit")}
    rules["half of 2/λ_max"] = (COLOURS["sky"], "^", r"step $1/\lambda_{\max}$")
    for axis, (column, (label, title)) in zip(axes, labels.items(), strict=True):
        axis.plot(*REPORTED[column], "o", color=COLOURS["black"], label="reported (n = d = 1000)")
        for rule, part in last.groupby("step_rule"):
            colour, marker, name = rules[rule]
            median_band(axis, part, "width", column, color=colour, label=name, marker=marker)
        ticks = sorted({*last["width"].unique(), *REPORTED["log_error"][0]})
        axis.set(xscale="log", xlabel="width m", ylabel=label, title=title)
        ticks_at(axis.xaxis, ticks)
        axis.tick_params(axis="x", rotation=45)
        if column != "log_error":
            axis.set_ylim(bottom=0)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


if __name__ == "__main__":
    run(figure_shallow)
