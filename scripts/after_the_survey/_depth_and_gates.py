"""Metrics of deeper networks, random gates and recovery, for the metrics of the experiment."""

import numpy as np

from convexify_workflow.uncertainty import bound, difference, exact, mean, ratio, share, step_at_edge

#: Samples over dimension below the threshold 2.
BELOW = 1.5


def depth_and_gates(lines, three_layers, gates, recovery):
    """Names to metrics; units are problems, draws and trials."""
    return _lines(lines) | _three_layers(three_layers) | _gates(gates) | _recovery(recovery)


def _lines(lines):
    optimum, dual = (
        lines.pivot(index="problem", columns=["activation", "layers"], values=name) for name in ("optimum", "dual")
    )
    trained = lines[lines["best_start"].notna()]
    mirrored = lines[(lines["activation"] == "absolute") & (lines["layers"] == 3)]
    found = {
        "lines_gap": bound(float(lines["gap"].max())),
        "lines_random_branch": bound(float(lines["random_branch"].max() - 1)),
        "lines_start_under_dual": bound(float((1 - trained["best_start"] / trained["dual"]).max())),
        "lines_third_layer": mean(1 - optimum["relu", 3] / optimum["relu", 2], unit="problem"),
        "lines_third_layer_helps": share(
            (optimum["relu", 3] < dual["relu", 2] * (1 - 1e-9)).sum(), len(optimum), unit="problem"
        ),
        "lines_reflections_help": share(
            (mirrored["optimum"] < mirrored["without_reflections"] * (1 - 1e-9)).sum(), len(mirrored), unit="problem"
        ),
    }
    for (activation, layers), rows in trained.groupby(["activation", "layers"]):
        found[f"lines_start_{activation}_{layers}"] = _excess(rows, rows["optimum"])
    return found


def _three_layers(table):
    gap = 1 - table["parallel"] / table["low"]
    pair = table.set_index("problem").loc["opposite labels"]
    drawn = table[table["problem"].str.startswith("draw")]
    return {
        "rank_one_parallel_gap": bound(float(table["program_gap"].max())),
        "rank_one_formula": bound(float((table["program"] / table["parallel"] - 1).abs().max())),
        "rank_one_standard_gap": bound(float(gap.max())),
        "rank_one_standard_gap_without_opposites": bound(float(gap[~table["opposite"]].max())),
        "rank_one_pair_gap": exact(float(1 - pair["parallel"] / pair["low"]), tolerance=1e-6),
        "rank_one_bracket": bound(float((table["high"] / table["low"] - 1).max())),
        "rank_one_start_under_bound": bound(float((1 - table["best_start"] / table["low"]).max())),
        "rank_one_start": _excess(drawn, drawn["high"]),
    }


def _gates(gates):
    most, fewest = (gates[gates["multiple"] == end] for end in (gates["multiple"].max(), gates["multiple"].min()))
    sizes = sorted(gates["samples"].unique())
    over = most["cones"] / most["lower_bound"] / np.sqrt(np.log(2 * most["samples"]))
    by_size = over.groupby([most["samples"], most["data"], most["draw"]]).mean()
    return {
        "gates_over_theorem": bound(float(over.max())),
        "gates_under_optimum": bound(float((1 - gates["cones"] / gates["lower_bound"]).max())),
        "gates_gated_over_cones": bound(float((gates["gated_dual"] / gates["cones"] - 1).max())),
        "gates_growth": ratio(by_size.loc[sizes[-1]], by_size.loc[sizes[0]], unit="draw"),
        "gates_gated_below": share((most["gated"] < most["lower_bound"]).sum(), len(most), unit="draw"),
        "gates_gated_above": share((fewest["gated_dual"] > fewest["optimum"]).sum(), len(fewest), unit="draw"),
    }


def _recovery(table):
    told = table.assign(ratio=table["samples"] / table["dimension"], yes=table["recovered"] == "yes")
    gated, network = (told[told["program"] == name] for name in ("gated", "network"))
    known = gated[gated["half_space"]]
    found = {
        "recovery_undecided": bound(float((told["recovered"] == "undecided").mean())),
        "recovery_in_half_space": bound(float(known["yes"].sum())),
        "recovery_isometry_misses": bound(float((gated["isometry"].lt(1 - 1e-6) & ~gated["yes"]).sum())),
        "recovery_network_minus_gated_below": difference(
            network[network["ratio"] == BELOW]["yes"].to_numpy(float),
            gated[gated["ratio"] == BELOW]["yes"].to_numpy(float),
            unit="trial",
        ),
    }
    for (program, at), rows in told.groupby(["program", "ratio"]):
        found[f"recovery_{program}_{at:g}"] = share(rows["yes"].sum(), len(rows), unit="trial")
    return found


def _excess(rows, optimum):
    """Mean excess of Adam's best start over the optimum."""
    if rows["edge"].ne("none").any():
        return step_at_edge(1, unit="method")
    return mean(rows["best_start"] / optimum - 1, unit="problem")
