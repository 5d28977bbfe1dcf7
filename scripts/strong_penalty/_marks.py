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


def mark(ax, marks, threshold, named):
    """From which λ on the neurons are one, the hidden layer adds nothing, and the objective is provably convex."""
    words = {"rotation": 90, "va": "top", "fontsize": 9.5, "transform": ax.get_xaxis_transform()}
    lines = {"dead": ("hidden layer adds nothing", "--", "left"), "identical": ("one neuron", ":", "right")}
    for what, (text, style, side) in lines.items():
        if np.isfinite(marks[what]):
            ax.axvline(marks[what], color=COLOURS["black"], linestyle=style, linewidth=1.2)
            ax.text(marks[what], 0.97, text if named else "", ha=side, **words)
    if threshold is not None:
        ax.axvspan(threshold["lower"], threshold["upper"], color=COLOURS["orange"], alpha=0.35, linewidth=0)
        ax.text(threshold["lower"], 0.97, "convex from here" if named else "", ha="left", **words)
