"""Eqs. (10) and (11), near-parallel points, and what more layers or neurons do to the smallest eigenvalue."""

import numpy as np
from _slopes import slopes

from convexify_workflow.uncertainty import bound, difference, mean, ratio


def of_closeness(stability):
    """λ_min(G^(H))/λ_min(K^(H)), fully connected: more layers at a middle width, more neurons at the largest depth."""
    fc = stability[stability["variant"] == "fc"].dropna(subset="ratio")
    widths = sorted(fc["width"].unique())
    middle = fc[fc["width"] == widths[len(widths) // 2]]
    deepest = fc["depth"] == fc.groupby("activation")["depth"].transform("max")

    def by_draw(rows):
        """Geometric mean over the activations and the starts of each draw."""
        return np.exp(rows.assign(log=np.log(rows["ratio"])).groupby("draw")["log"].mean())

    def at(rows, width):
        return rows[rows["width"] == width].groupby("draw")["ratio"].mean()

    shallowest = middle[middle["depth"] == middle["depth"].min()]
    return {
        "closeness_ratio_of_more_layers": ratio(
            by_draw(middle[deepest.loc[middle.index]]), by_draw(shallowest), unit="draw"
        ),
        "closeness_gain_of_more_neurons": difference(
            at(fc[deepest], widths[-1]), at(fc[deepest], widths[0]), unit="draw"
        ),
    }


def of_equations(degeneracy, defects):
    """Eqs. (10) and (11), and two near-parallel points."""
    small = degeneracy[degeneracy["angle_radians"] <= 0.1]
    by_angle = slopes(small, ["architecture", "activation", "draw"], "smallest_eigenvalue", against="angle_radians")
    by_step = slopes(defects, ["architecture", "repetition"], "linearisation_defect", against="step_fraction")
    return {
        "degeneracy_slope": mean(by_angle.groupby("draw").mean(), unit="draw"),
        "linearisation_defect_slope": mean(by_step.groupby("repetition").mean(), unit="start"),
        "linearisation_defect_largest": bound(defects["linearisation_defect"].max()),
        "missing_without_output_layer": bound(defects["missing_without_output_layer"].min()),
    }
