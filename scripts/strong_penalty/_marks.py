"""What the figure of errors against λ marks, and the simple predictors that it draws beside the network."""

import numpy as np
import pandas as pd
from _network import of_network

from convexify_workflow.plotting import COLOURS


def simple_predictors(baselines):
    """Test errors of the simple predictors; the linearised one belongs to a network."""
    linearised = baselines["predictor"] == "linearised"
    rows = pd.concat([baselines[~linearised], of_network(baselines[linearised])])
    return pd.DataFrame({"lam": rows["lam"], "predictor": rows["predictor"] + ", test", "error": rows["test_error"]})


def mark(ax, dead, threshold, named):
    """From which λ on the hidden layer adds nothing, and the objective is provably convex; names above the axes."""
    words = {"y": 1.02, "va": "bottom", "fontsize": 9.5, "transform": ax.get_xaxis_transform()}
    if np.isfinite(dead):
        ax.axvline(dead, color=COLOURS["black"], linestyle="--", linewidth=1.2)
        ax.text(dead, s="hidden layer dead →" if named else "", ha="right", **words)
    if threshold is not None:
        ends = threshold["lower"], threshold["upper"]
        ax.axvspan(*ends, color=COLOURS["orange"], alpha=0.35, linewidth=0)
        ax.text(np.sqrt(np.prod(ends)), s="convex →" if named else "", ha="center", **words)
