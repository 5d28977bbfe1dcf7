"""The shallow experiment of Du, Zhai, Poczos and Singh (2019), beside what they report."""

import numpy as np
from _slopes import slopes

from convexify_workflow.uncertainty import mean, not_reached

PAPER_SAMPLES = 1000
#: log₁₀ error that the paper reports at m = 500.
REPORTED_AT_500 = -1.6


def of_shallow(shallow):
    """The three panels at the last epoch, for the step that is calibrated on the reported error."""
    last = shallow[(shallow["iteration"] == shallow["iteration"].max()) & (shallow["step_rule"] == "calibrated")]
    error = np.log10(last.pivot(index="repetition", columns="width", values="loss")).dropna()
    doublings = np.log2(error.columns.max() / error.columns.min())
    result = {
        "shallow_log_error_per_doubling": mean(
            (error[error.columns.max()] - error[error.columns.min()]) / doublings, unit="draw"
        ),
        "shallow_pattern_slope": mean(slopes(last, ["repetition"], "pattern_change"), unit="draw"),
    }
    if (shallow["samples"] == PAPER_SAMPLES).all():
        reported = {
            "shallow_pattern_change_500": ("pattern_change", 500),
            "shallow_pattern_change_8000": ("pattern_change", 8000),
            "shallow_weight_distance_500": ("weight_distance", 500),
            "shallow_weight_distance_8000": ("weight_distance", 8000),
        }
        for name, (column, width) in reported.items():
            result[name] = mean(last.loc[last["width"] == width, column], unit="draw")
        at_500 = shallow[shallow["width"] == 500]
        others = at_500[at_500["step_rule"] != "calibrated"]
        passed = at_500[(np.log10(at_500["loss"]) <= REPORTED_AT_500) & (at_500["step_rule"] == "calibrated")]
        first = passed.loc[passed.groupby("repetition")["iteration"].idxmin()]
        result["shallow_pattern_change_500_at_the_reported_error"] = (
            mean(first["pattern_change"], unit="draw")
            if len(first) >= 3
            else not_reached(at_500["repetition"].nunique(), unit="draw")
        )
        result["shallow_pattern_change_500_other_step"] = mean(
            others.loc[others["iteration"] == others["iteration"].max(), "pattern_change"], unit="draw"
        )
    return result
