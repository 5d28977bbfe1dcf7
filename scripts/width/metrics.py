"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
import pandas as pd
from _records import drift, supremum

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, mean, not_reached, ratio, table_of

PAPER_SAMPLES = 1000
#: A loss that has reached the rounding of the arithmetic says nothing about the rate.
ROUNDING = 1e-10


def metrics(
    initial, shapes, records, losses, limits, stability, stable_width_of_draws, degeneracy, defects, shallow, samples
):
    """Metric name to value with its kind; ``samples`` are those of the shallow experiment."""
    return table_of(
        "width",
        of_gram_matrices(initial, shapes)
        | of_training(records, losses)
        | of_limits(limits)
        | of_needed_width(stable_width_of_draws)
        | of_closeness(stability)
        | of_equations(degeneracy, defects)
        | of_shallow(shallow, samples),
    )


def of_gram_matrices(initial, shapes):
    """Distance of random networks to the limit; a start is an independent draw of the weights at every width."""
    H = initial.loc[initial["distance_to_k_h"].notna(), "layer"].max()
    last = initial[initial["layer"] == H]
    widest = initial[initial["width"] == initial["width"].max()]
    lower, top = (
        widest[rows].groupby("repetition").mean(numeric_only=True)
        for rows in (widest["layer"] < H, widest["layer"] == H)
    )
    blocks = shapes[
        (shapes["dataset"] == "sphere") & (shapes["architecture"] == "fc") & (shapes["width"] == shapes["width"].max())
    ]
    return {
        "gram_slope": mean(slope_by_unit(last, "distance_to_limit"), unit="start"),
        "distance_of_last_layer_to_k_h": mean(top["distance_to_k_h"], unit="start"),
        "smallest_distance_of_lower_layers_to_k_h": bound(widest.loc[widest["layer"] < H, "distance_to_k_h"].min()),
        "distance_of_lower_layers_to_limit": mean(lower["distance_to_limit"], unit="start"),
        "printed_over_corrected_distance": ratio(blocks["printed"], blocks["corrected"], unit="block"),
    }


def of_training(records, losses):
    """Drift of the Gram matrix, movement of the weights, and the loss against the bound of eq. (15)."""
    moved = records[records["iteration"] > 0]
    norms = moved["weight_distance_spectral"] / moved["weight_distance"]
    later = losses[losses["iteration"] > 0]
    ratios = later["relative_loss"] / later["bound"]
    widest = later["width"] == later["width"].max()
    falling = later[widest & (later["relative_loss"] > ROUNDING)]
    run = ["dataset", "architecture", "activation", "repetition"]
    end = falling[falling["iteration"] == falling.groupby(run)["iteration"].transform("max")]
    return {
        "drift_slope": mean(slope_by_unit(drift(records), "drift"), unit="start"),
        "weight_slope": mean(slope_by_unit(supremum(records, "weight_distance"), "weight_distance"), unit="start"),
        "smallest_spectral_over_frobenius": bound(norms.min()),
        "bound_ratio_largest": bound(ratios.max()),
        "bound_ratio_largest_at_largest_width": bound(ratios[widest].max()),
        "rate_over_bound_rate_smallest": bound((np.log(end["relative_loss"]) / np.log(end["bound"])).min()),
    }


def of_limits(limits):
    """Smallest eigenvalue and iterations of the limit against depth, over draws of the points."""
    deep = limits[limits["depth"] >= 2].dropna(subset="smallest_eigenvalue")
    fc, resnet = (deep[deep["variant"] == variant] for variant in ("fc", "resnet"))
    per_layer = slopes(fc, ["activation", "draw"], "smallest_eigenvalue", against="depth", power=False)
    of_depth = slopes(resnet, ["activation", "draw"], "smallest_eigenvalue", against="depth")
    iterations = resnet[resnet["activation"] == "softplus"].pivot(index="draw", columns="depth", values="iterations")
    return {
        "lambda_log_slope_per_layer_fc_largest": mean(per_layer.groupby("draw").max(), unit="draw"),
        "lambda_log_slope_per_layer_fc_softplus": mean(per_layer["softplus"], unit="draw"),
        "lambda_power_of_depth_resnet_softplus": mean(of_depth["softplus"], unit="draw"),
        "iterations_growth_resnet_softplus": ratio(
            iterations[iterations.columns.max()], iterations[iterations.columns.min()], unit="draw"
        ),
    }


def of_needed_width(widths):
    """How the width of a stable Gram matrix grows with depth, mean over activations, for each draw of the points.

    A draw that has no such width on the grid at some depth is left out, and the number of draws says so.
    """
    deep = widths[widths["depth"] >= 2]
    keys = ["variant", "draw"]
    complete = deep.groupby(keys)["width"].transform(lambda column: column.notna().all())
    groups = ["variant", "draw", "activation"]
    power = slopes(deep[complete], groups, "width", against="depth").groupby(keys).mean()
    doublings = slopes(deep[complete], groups, "width", against="depth", power=False).groupby(keys).mean() / np.log(2)
    both = power.unstack("variant").reindex(columns=["fc", "skip, no scaling"]).dropna()
    return {
        "width_doublings_per_layer_fc": over_draws(deep, doublings.get("fc")),
        "width_power_of_depth_fc": over_draws(deep, power.get("fc")),
        "width_power_of_depth_resnet": over_draws(deep, power.get("resnet")),
        "width_power_fc_minus_skip_unscaled": over_draws(deep, both["fc"] - both["skip, no scaling"]),
    }


def over_draws(widths, values):
    """Mean over the draws that have a value, at least three of them."""
    if values is None or len(values) < 3:
        return not_reached(widths["draw"].nunique(), unit="draw")
    return mean(values, unit="draw")


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


def of_shallow(shallow, samples):
    """The three panels at the last epoch, for the step that is calibrated on the reported error."""
    last = shallow[(shallow["iteration"] == shallow["iteration"].max()) & (shallow["step_rule"] == "calibrated")]
    error = np.log10(last.pivot(index="repetition", columns="width", values="loss"))
    doublings = np.log2(error.columns.max() / error.columns.min())
    result = {
        "shallow_log_error_per_doubling": mean(
            (error[error.columns.max()] - error[error.columns.min()]) / doublings, unit="draw"
        ),
        "shallow_pattern_slope": mean(slopes(last, ["repetition"], "pattern_change"), unit="draw"),
    }
    if samples == PAPER_SAMPLES:
        reported = {
            "shallow_pattern_change_500": ("pattern_change", 500),
            "shallow_pattern_change_8000": ("pattern_change", 8000),
            "shallow_weight_distance_500": ("weight_distance", 500),
            "shallow_weight_distance_8000": ("weight_distance", 8000),
        }
        for name, (column, width) in reported.items():
            result[name] = mean(last.loc[last["width"] == width, column], unit="draw")
    return result


def slope_by_unit(table, column):
    """Slope of log ``column`` against log width for each start, mean over data sets and architectures."""
    return slopes(table, ["dataset", "architecture", "repetition"], column).groupby("repetition").mean()


def slopes(table, groups, column, *, against="width", power=True):
    """Slope of log ``column`` against log ``against`` (or ``against`` itself), for each group."""
    values = np.log(table.pivot_table(index=groups, columns=against, values=column, dropna=False)).dropna(thresh=2)
    x = values.columns.to_numpy(dtype=float)
    x = np.log(x) if power else x
    fits = [np.polyfit(x[seen], row[seen], 1)[0] for row in values.to_numpy() for seen in [np.isfinite(row)]]
    return pd.Series(fits, index=values.index, dtype=float)


if __name__ == "__main__":
    run(metrics)
