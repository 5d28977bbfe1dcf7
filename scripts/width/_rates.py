"""Rates of training: the fall of the log loss, and how it differs between random starts and between designs."""

import numpy as np
import pandas as pd

#: A loss that has reached the rounding of the arithmetic says nothing about the rate.
ROUNDING = 1e-10
DESIGN = ["dataset", "architecture", "activation"]


def late_rates(losses):
    """Fall of log loss per iteration in the second half of each run; runs at rounding there are left out."""
    last = losses["iteration"].max()
    wide = losses[losses["iteration"].isin([last // 2, last])].pivot_table(
        index=[*DESIGN, "width", "repetition"], columns="iteration", values="relative_loss"
    )
    wide = wide[(wide > ROUNDING).all(axis=1)]
    rate = (np.log(wide[last // 2]) - np.log(wide[last])) / (last - last // 2)
    return rate.rename("rate").reset_index()


def spread_over_starts(rates):
    """Relative deviation of the rate over starts, root mean square over designs."""
    by = rates.groupby([*DESIGN, "width"])["rate"]
    return float(np.sqrt((by.var() / by.mean() ** 2).mean()))


def spread_slope(rates):
    """Slope of the log of that spread against log m."""
    spread = pd.Series({width: spread_over_starts(part) for width, part in rates.groupby("width")})
    return float(np.polyfit(np.log(spread.index), np.log(spread), 1)[0])


def between_over_within(rates):
    """Relative deviation of the mean rates of the designs over the deviation between starts."""
    means = rates.groupby(DESIGN)["rate"].mean()
    return float(means.std() / means.mean() / spread_over_starts(rates))
