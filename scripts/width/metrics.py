"""The numbers that the claims and `snakemake verify` read."""

import numpy as np
from _equation_metrics import of_closeness, of_equations
from _rates import ROUNDING, between_over_within, late_rates, spread_over_starts, spread_slope
from _records import drift, supremum
from _shallow_metrics import of_shallow
from _slopes import held_out, over, slope_by_unit, slopes

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, exact, mean, not_reached, ratio, resampled, share, table_of


def metrics(
    initial,
    shapes,
    records,
    losses,
    limits,
    stability,
    stable_width_of_draws,
    target_width_of_starts,
    degeneracy,
    defects,
    long,
    shallow,
):
    """Metric name to value with its kind."""
    return table_of(
        "width",
        of_gram_matrices(initial, shapes)
        | of_training(records, losses)
        | of_limits(limits)
        | of_long_runs(long)
        | of_needed_width(stable_width_of_draws, target_width_of_starts)
        | of_closeness(stability)
        | of_equations(degeneracy, defects)
        | of_shallow(shallow),
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
        "smallest_eigenvalue_of_gram_matrices": bound(initial["smallest_over_norm"].min()),
        # Of §1.2, d_0 × n: with X of that shape ⟨x_i, x_j⟩ over its columns is n × n, with n × d_0 it is d_0 × d_0.
        "rows_of_gram_over_columns_minus_samples": exact((shapes["inputs"] - shapes["samples"]).max(), tolerance=0),
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
    start = ["dataset", "architecture", "repetition"]
    obeyed = (ratios[widest] <= 1).groupby([later.loc[widest, name] for name in start]).all()
    rates = late_rates(losses)
    trained = moved.groupby(["dataset", "architecture", "width", "repetition"], as_index=False)
    return {
        "drift_slope": mean(slope_by_unit(drift(records), "drift"), unit="start"),
        "distance_to_k_h_while_training_slope": mean(
            slope_by_unit(trained["last_distance_to_limit"].max(), "last_distance_to_limit"), unit="start"
        ),
        "smallest_eigenvalue_of_gram_matrices_while_training": bound(records["smallest_over_norm"].min()),
        "weight_slope": mean(slope_by_unit(supremum(records, "weight_distance"), "weight_distance"), unit="start"),
        "smallest_spectral_over_frobenius": bound(norms.min()),
        "bound_ratio_largest": bound(ratios.max()),
        "bound_ratio_largest_at_largest_width": bound(ratios[widest].max()),
        "bound_obeyed_share_at_largest_width": share(obeyed.sum(), len(obeyed), unit="start"),
        "rate_over_bound_rate_smallest": bound((np.log(end["relative_loss"]) / np.log(end["bound"])).min()),
        "rate_spread_slope": resampled(rates, spread_slope, by="repetition", unit="start"),
        "rate_spread_at_largest_width": resampled(
            rates[rates["width"] == rates["width"].max()], spread_over_starts, by="repetition", unit="start"
        ),
        "rate_spread_between_designs_over_starts": resampled(
            rates[rates["width"] == rates["width"].max()], between_over_within, by="repetition", unit="start"
        ),
    }


def of_long_runs(long):
    """Runs that go on until the bound of eq. (15) has halved, where the settings let them."""
    runs = ["architecture", "activation", "repetition"]
    end = long.loc[long.groupby(runs)["iteration"].idxmax()]
    tested = end[end["bound"] <= 0.5 * (1 + 1e-9)]
    found = {
        "bound_ratio_largest_where_the_bound_halves": (
            bound(tested["ratio"].max()) if len(tested) else not_reached(len(end), unit="start")
        ),
        "runs_in_which_the_bound_halves_share": bound(len(tested) / len(end)),
        "bound_at_the_end_largest": bound(end["bound"].max()),
        "progress_over_promised_at_step_14_smallest": bound(end["progress_over_promised"].min()),
        "stable_step_over_step_14_smallest": bound(end["stable_step_over_step"].min()),
    }
    error = end.groupby(["architecture", "activation"])["relative_loss"].max()
    return found | {
        "largest_error_at_the_end_fc": bound(error["fc"].max()),
        "largest_error_at_the_end_fc_tanh": bound(error["fc", "tanh"]),
        "largest_error_at_the_end_resnet": bound(error["resnet"].max()),
        "largest_error_at_the_end_resnet_tanh": bound(error["resnet", "tanh"]),
    }


def of_limits(limits):
    """Smallest eigenvalue and iterations of the limit against depth, over draws of the points."""
    deep = limits[limits["depth"] >= 2].dropna(subset="smallest_eigenvalue")
    fc, resnet = (deep[deep["variant"] == variant] for variant in ("fc", "resnet"))
    per_layer = slopes(fc, ["activation", "draw"], "smallest_eigenvalue", against="depth", power=False)
    of_depth = slopes(resnet, ["activation", "draw"], "smallest_eigenvalue", against="depth")
    iterations = resnet[resnet["activation"] == "softplus"].pivot(index="draw", columns="depth", values="iterations")
    theirs = limits[limits["variant"].isin(["fc", "resnet"])]
    return {
        "lambda_log_slope_per_layer_fc_largest": mean(per_layer.groupby("draw").max(), unit="draw"),
        "lambda_log_slope_per_layer_fc_softplus": mean(per_layer["softplus"], unit="draw"),
        "lambda_power_minus_exponential_error_fc_softplus": held_out(fc, "smallest_eigenvalue", "softplus"),
        "lambda_power_minus_exponential_error_fc_tanh": held_out(fc, "smallest_eigenvalue", "tanh"),
        "lambda_power_minus_exponential_error_resnet_softplus": held_out(resnet, "smallest_eigenvalue", "softplus"),
        "lambda_power_minus_exponential_error_resnet_tanh": held_out(resnet, "smallest_eigenvalue", "tanh"),
        "lambda_power_of_depth_resnet_softplus": mean(of_depth["softplus"], unit="draw"),
        "smallest_eigenvalue_of_limits": bound(theirs["smallest_over_norm"].min()),
        "iterations_growth_resnet_softplus": ratio(
            iterations[iterations.columns.max()], iterations[iterations.columns.min()], unit="draw"
        ),
    }


def of_needed_width(stable, trained):
    """How the needed width grows with depth, by two criteria.

    That of a stable Gram matrix for each draw of the points, mean over activations; that of training to the target in
    time for each start, tanh only, as softplus takes too long.

    A draw or start that has no such width on the grid at some depth is left out, and the number of them says so.
    """
    deep = stable[stable["depth"] >= 2]
    keys = ["variant", "draw"]
    complete = deep.groupby(keys)["width"].transform(lambda column: column.notna().all())
    groups = ["variant", "draw", "activation"]
    power = slopes(deep[complete], groups, "width", against="depth").groupby(keys).mean()
    doublings = slopes(deep[complete], groups, "width", against="depth", power=False).groupby(keys).mean() / np.log(2)
    both = power.unstack("variant").reindex(columns=["fc", "resnet", "skip, no scaling"])
    # A variant without a complete draw: of the others nothing is missing.
    unscaled, residual = both[["fc", "skip, no scaling"]].dropna(), both[["fc", "resnet"]].dropna()
    fc = deep[complete & (deep["variant"] == "fc")]
    return {
        "width_doublings_per_layer_fc": over(deep, doublings.get("fc")),
        "width_power_of_depth_fc": over(deep, power.get("fc")),
        "width_power_of_depth_resnet": over(deep, power.get("resnet")),
        "width_power_fc_minus_skip_unscaled": over(deep, unscaled["fc"] - unscaled["skip, no scaling"]),
        "width_power_fc_minus_resnet": over(deep, residual["fc"] - residual["resnet"]),
        "width_power_minus_exponential_error_fc": held_out(fc, "width"),
        **of_trained_width(trained),
    }


def of_trained_width(trained):
    """The same of the widths that reach the target in time."""
    tanh = trained[(trained["activation"] == "tanh") & (trained["depth"] >= 2)]
    tanh = tanh[tanh["variant"].isin(["fc", "resnet"])]
    complete = tanh.groupby(["variant", "repetition"])["width"].transform(lambda column: column.notna().all())
    tanh = tanh[complete & (tanh.groupby("variant")["depth"].transform("nunique") >= 3)]
    units = trained.rename(columns={"repetition": "start"})
    fc, resnet = (tanh[tanh["variant"] == variant] for variant in ("fc", "resnet"))
    power = {
        name: slopes(rows, ["repetition"], "width", against="depth") if len(rows) else None
        for name, rows in (("fc", fc), ("resnet", resnet))
    }
    both = None if any(values is None for values in power.values()) else (power["fc"] - power["resnet"]).dropna()
    return {
        "trained_width_power_of_depth_fc": over(units, power["fc"], unit="start"),
        "trained_width_power_of_depth_resnet": over(units, power["resnet"], unit="start"),
        "trained_width_power_fc_minus_resnet": over(units, both, unit="start"),
        "trained_width_power_minus_exponential_error_fc": held_out(
            fc.rename(columns={"repetition": "start"}), "width", unit="start", all_units=units
        ),
    }


if __name__ == "__main__":
    run(metrics)
