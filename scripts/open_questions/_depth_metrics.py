"""Question (b): which architectures have an exponential, which a polynomial dependence on depth."""

import numpy as np

from convexify.width.growth import power_minus_exponential_error
from convexify_workflow.uncertainty import bound, mean, not_reached

#: What metrics call the architectures.
SHORT = {
    "fully connected": "fc",
    "residual": "residual",
    "skip, 1/sqrt(H)": "root",
    "dense skips": "dense",
    "branches of depth H": "branches_of_one_depth",
    "branches of depths 1 to H": "branches_of_all_depths",
}
CRITERIA = {"stable Gram matrix": "stable_width", "target reached in time": "trained_width"}


def depth_metrics(limits, widths):
    """Metric name to value: held-out fits of λ_min, its powers of depth, and those of the needed widths, over draws."""
    measured = limits.dropna(subset="smallest_eigenvalue")
    found = {}
    for architecture, short in SHORT.items():
        rows = measured[measured["architecture"] == architecture].sort_values("depth")
        parts = [part for _, part in rows.groupby("draw")]
        errors = [
            power_minus_exponential_error(part["depth"].astype(float), part["smallest_eigenvalue"]) for part in parts
        ]
        found[f"lambda_power_minus_exponential_error_{short}"] = mean(errors, unit="draw")
        found[f"lambda_power_of_depth_{short}"] = mean(
            [_power(part, "smallest_eigenvalue") for part in parts], unit="draw"
        )
    bounded = measured.dropna(subset="lower_bound")
    found["lambda_over_bound_of_skips_smallest"] = bound(
        (bounded["smallest_eigenvalue"] / bounded["lower_bound"]).min()
    )
    for criterion, name in CRITERIA.items():
        found |= _of_widths(widths[widths["criterion"] == criterion], name)
    return found


def _of_widths(widths, name):
    """Powers of depth of a needed width; a draw that lacks one at some depth is left out, and the count says so."""
    draws = widths["draw"].nunique()
    powers, found = {}, {}
    for architecture, rows in widths.groupby("architecture", sort=False):
        complete = {draw: part for draw, part in rows.groupby("draw") if part["width"].notna().all()}
        powers[architecture] = {draw: _power(part, "width") for draw, part in complete.items()}
        values = list(powers[architecture].values())
        found[f"{name}_power_of_depth_{SHORT[architecture]}"] = _over(values, draws)
    full = powers["fully connected"]
    for architecture, own in powers.items():
        if architecture != "fully connected":
            both = [full[draw] - own[draw] for draw in full if draw in own]
            found[f"{name}_power_fc_minus_{SHORT[architecture]}"] = _over(both, draws)
    return found


def _over(values, draws):
    return mean(values, unit="draw") if len(values) >= 3 else not_reached(draws, unit="draw")


def _power(part, column):
    """Slope of log column against log depth."""
    return float(np.polyfit(np.log(part["depth"].astype(float)), np.log(part[column]), 1)[0])
