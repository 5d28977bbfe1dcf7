"""Question (b): which architectures have an exponential, which a polynomial dependence on depth; over draws."""

import numpy as np

from convexify_workflow.uncertainty import bound, mean, not_reached

CRITERIA = {"stable Gram matrix": "stable_width", "target reached in time": "trained_width"}


def law_errors(laws, architectures):
    """Held-out error of a power law less that of an exponential by metric, and the power of depth beside it."""
    found = {}
    for metric, architecture in architectures.items():
        rows = laws[laws["architecture"] == architecture]
        found[metric] = mean(rows["power_minus_exponential_error"], unit="draw")
        short = metric.removeprefix("lambda_power_minus_exponential_error_")
        found[f"lambda_power_of_depth_{short}"] = mean(rows["power"], unit="draw")
    return found


def over_bound_of_skips(limits):
    """λ_min over the lower bound that the skips alone give, smallest of all."""
    measured = limits.dropna(subset=["smallest_eigenvalue", "lower_bound"])
    return bound((measured["smallest_eigenvalue"] / measured["lower_bound"]).min())


def growth(needed_widths, pairs):
    """Power of depth of the needed width, fully connected less another, by metric, and both powers beside it.

    A draw that lacks a width at some depth is left out, and the number of draws says so.
    """
    found = {}
    for metric, (criterion, architecture) in pairs.items():
        rows = needed_widths[needed_widths["criterion"] == criterion]
        draws, name = rows["draw"].nunique(), CRITERIA[criterion]
        full, own = _powers(rows, "fully connected"), _powers(rows, architecture)
        short = metric.removeprefix(f"{name}_power_fc_minus_")
        found[f"{name}_power_of_depth_fc"] = _over(list(full.values()), draws)
        found[f"{name}_power_of_depth_{short}"] = _over(list(own.values()), draws)
        found[metric] = _over([full[draw] - own[draw] for draw in full if draw in own], draws)
    return found


def _powers(rows, architecture):
    """Power of depth for each draw that has a width at every depth."""
    parts = rows[rows["architecture"] == architecture].groupby("draw")
    return {draw: _power(part) for draw, part in parts if part["width"].notna().all()}


def _over(values, draws):
    return mean(values, unit="draw") if len(values) >= 3 else not_reached(draws, unit="draw")


def _power(part):
    """Slope of log width against log depth."""
    return float(np.polyfit(np.log(part["depth"].astype(float)), np.log(part["width"]), 1)[0])
