"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
from _records import drift, supremum

from convexify_workflow.job import run

PAPER_SAMPLES = 1000


def metrics(initial, records, losses, limits, stability, stable_width, degeneracy, defects, shallow, samples):
    """Metric name to value; ``samples`` are those of the shallow experiment."""
    return {
        **of_gram_matrices(initial, records),
        **of_rate(losses),
        **of_depth(limits, stability, stable_width),
        **of_equations(degeneracy, defects),
        **of_shallow(shallow, samples),
    }


def of_gram_matrices(initial, records):
    """Distance to the limit, drift while training, movement of the weights."""
    H = initial.loc[initial["distance_to_k_h"].notna(), "layer"].max()
    last = initial[initial["layer"] == H]
    widest = initial[initial["width"] == initial["width"].max()]
    groups = ["dataset", "architecture"]
    shapes = widest[(widest["layer"] == H) & (widest["architecture"] == "fc") & (widest["dataset"] == "sphere")]
    moved = records[records["iteration"] > 0]
    slopes = {
        "gram_slope": slope_by(last, groups, "distance_to_limit"),
        "drift_slope": slope_by(drift(records), groups, "drift"),
        "weight_slope": slope_by(supremum(records, "weight_distance"), groups, "weight_distance"),
    }
    result = {
        f"{name}_{a}": value for name, by in slopes.items() for a, value in by.groupby("architecture").mean().items()
    }
    return {
        **result,
        "gram_slope_mean": slopes["gram_slope"].mean(),
        "drift_slope_largest": slopes["drift_slope"].max(),
        "weight_slope_mean": slopes["weight_slope"].mean(),
        "distance_of_last_layer_to_k_h": widest.loc[widest["layer"] == H, "distance_to_k_h"].median(),
        "distance_of_lower_layers_to_k_h": widest.loc[widest["layer"] < H, "distance_to_k_h"].median(),
        "distance_of_lower_layers_to_limit": widest.loc[widest["layer"] < H, "distance_to_limit"].median(),
        "printed_over_corrected_distance": (shapes["shape_printed"] / shapes["shape_corrected"]).iloc[0],
        "spectral_over_frobenius": (moved["weight_distance_spectral"] / moved["weight_distance"]).median(),
    }


def of_rate(losses):
    """The bound of eq. (15) against the loss."""
    later = losses[losses["iteration"] > 0]
    later = later.assign(ratio=later["relative_loss"] / later["bound"])
    widest = later[later["width"] == later["width"].max()]
    # a loss that has reached the rounding of the arithmetic says nothing about the rate
    falling = widest[widest["relative_loss"] > 1e-10]
    end = falling[
        falling["iteration"]
        == falling.groupby(["dataset", "architecture", "activation", "repetition"])["iteration"].transform("max")
    ]
    rates = (np.log(end["relative_loss"]) / np.log(end["bound"])).groupby(end["activation"]).median()
    return {
        "bound_ratio_largest": later["ratio"].max(),
        "bound_ratio_largest_at_largest_width": widest["ratio"].max(),
        **{f"rate_over_bound_rate_{activation}": value for activation, value in rates.items()},
        "rate_over_bound_rate": rates.min(),
    }


def of_depth(limits, stability, stable_width):
    """Smallest eigenvalue, iterations and needed width against depth."""
    deep = limits[limits["depth"] >= 2].dropna(subset="smallest_eigenvalue")
    result = {}
    for (activation, variant), part in deep.groupby(["activation", "variant"]):
        if variant in ("fc", "resnet"):
            logarithm = np.log(part["smallest_eigenvalue"])
            result[f"lambda_log_slope_per_layer_{variant}_{activation}"] = np.polyfit(part["depth"], logarithm, 1)[0]
            result[f"lambda_power_of_depth_{variant}_{activation}"] = np.polyfit(np.log(part["depth"]), logarithm, 1)[0]
            iterations = part.set_index("depth")["iterations"]
            result[f"iterations_growth_{variant}_{activation}"] = iterations.iloc[-1] / iterations.iloc[0]
    result["lambda_log_slope_per_layer_fc_largest"] = max(
        value for name, value in result.items() if name.startswith("lambda_log_slope_per_layer_fc")
    )
    names = {"fc": "fc", "resnet": "resnet", "skip, no scaling": "skip_unscaled", "no skip, 1/H": "no_skip"}
    stable = stable_width[stable_width["depth"] >= 2].dropna(subset="width")
    for variant, name in names.items():
        power, growth, doublings = [], [], []
        for _, part in stable[stable["variant"] == variant].groupby("activation"):
            by_depth = part.sort_values("depth")
            power.append(np.polyfit(np.log(by_depth["depth"]), np.log(by_depth["width"]), 1)[0])
            doublings.append(np.polyfit(by_depth["depth"], np.log2(by_depth["width"]), 1)[0])
            growth.append(by_depth["width"].iloc[-1] / by_depth["width"].iloc[0])
        result[f"width_growth_{name}"] = np.mean(growth)
        result[f"width_power_of_depth_{name}"] = np.mean(power)
        result[f"width_doublings_per_layer_{name}"] = np.mean(doublings)
    result["width_power_fc_minus_resnet"] = result["width_power_of_depth_fc"] - result["width_power_of_depth_resnet"]
    result["width_power_fc_minus_skip_unscaled"] = (
        result["width_power_of_depth_fc"] - result["width_power_of_depth_skip_unscaled"]
    )
    closeness = stability[stability["variant"] == "fc"].pivot_table(
        index=["activation", "depth"], columns="width", values="ratio", aggfunc="median"
    )
    deepest = closeness.xs(closeness.index.get_level_values("depth").max(), level="depth")
    shallowest = closeness.xs(closeness.index.get_level_values("depth").min(), level="depth")
    middle = closeness.columns[len(closeness.columns) // 2]
    result["closeness_ratio_of_more_layers"] = (deepest[middle] / shallowest[middle]).mean()
    result["closeness_gain_of_more_neurons"] = (deepest[closeness.columns[-1]] - deepest[closeness.columns[0]]).mean()
    return result


def of_equations(degeneracy, defects):
    """Eqs. (10) and (11), and two near-parallel points."""
    small = degeneracy[degeneracy["angle_radians"] <= 0.1]
    return {
        "degeneracy_slope": slope_by(
            small, ["architecture", "activation"], "smallest_eigenvalue", against="angle_radians"
        ).mean(),
        "linearisation_defect_slope": slope_by(
            defects, ["architecture"], "linearisation_defect", against="step_fraction"
        ).mean(),
        "linearisation_defect_largest": defects["linearisation_defect"].max(),
        "missing_without_output_layer": defects["missing_without_output_layer"].min(),
    }


def of_shallow(shallow, samples):
    """The three panels at the last epoch, for the step that is calibrated on the reported error."""
    last = shallow[(shallow["iteration"] == shallow["iteration"].max()) & (shallow["step_rule"] == "calibrated")]
    medians = (
        last.assign(log_error=np.log10(last["loss"]))
        .groupby("width")[["log_error", "pattern_change", "weight_distance"]]
        .median()
    )
    logarithm = np.log(medians.index.to_numpy(dtype=float))
    result = {
        "shallow_log_error_per_doubling": (medians["log_error"].iloc[-1] - medians["log_error"].iloc[0])
        / np.log2(medians.index[-1] / medians.index[0]),
        "shallow_pattern_slope": np.polyfit(logarithm, np.log(medians["pattern_change"]), 1)[0],
        "shallow_distance_slope": np.polyfit(logarithm, np.log(medians["weight_distance"]), 1)[0],
    }
    if samples == PAPER_SAMPLES:
        for width in medians.index:
            for column in medians:
                result[f"shallow_{column}_{width}"] = medians.loc[width, column]
    return result


def slope_by(table, groups, column, against="width"):
    """Slope of log(median over repetitions) against log(``against``), for each group."""
    medians = table.groupby([*groups, against])[column].median().dropna()
    return medians.groupby(groups).apply(
        lambda part: np.polyfit(np.log(part.index.get_level_values(against).to_numpy(dtype=float)), np.log(part), 1)[0]
    )


if __name__ == "__main__":
    run(metrics)
