"""The numbers that the claims and `snakemake verify` read.

Starts are independent, and so are problems that are drawn; networks of one problem are averaged.
"""

from _depth_and_gates import depth_and_gates
from _problems import STUCK

from convexify_workflow.job import run
from convexify_workflow.uncertainty import (
    bound,
    difference,
    exact,
    mean,
    not_reached,
    ratio,
    share,
    step_at_edge,
    table_of,
)

#: Rise of an objective that is more than rounding.
RISES = 1e-10
#: Relative excess over the certified optimum from which on a network is above it.
ABOVE = 1e-6
#: Relative residual up to which a network is stationary.
STATIONARY = 1e-6
#: Change of the objective, over β and the squared radius, below which a probe lowers it: rounding lies above.
LOWERS = -1e-7
#: Relative excess up to which what an optimiser reached is called an optimum.
REACHED = 1e-3
#: Metrics of an optimiser: how often it reaches the optimum, its objective over it, its place in the range of errors.
OF_OPTIMISER = {
    "SGD": ("sgd_share_at_optimum", "sgd_over_optimum", "sgd_position"),
    "Adam": ("adam_share_at_optimum", "adam_over_optimum", "adam_position"),
    "AdamW": ("adamw_share_at_optimum", "adamw_over_optimum", "adamw_position"),
}


def metrics(polytopes, staircase, escape, zero_units, reached, ranges, tuning, lines, three_layers, gates, recovery):
    """Table of metrics."""
    return table_of(
        "after_the_survey",
        optimal_sets(polytopes, staircase, escape, zero_units, reached, ranges, tuning)
        | depth_and_gates(lines, three_layers, gates, recovery),
    )


def optimal_sets(polytopes, staircase, escape, zero_units, reached, ranges, tuning):
    """Names to metrics of the set of optimal networks and of the ways to it."""
    return {
        **_staircase(polytopes, staircase),
        **_escape(escape),
        **_zero_units(zero_units),
        **_reached(reached, ranges, tuning),
    }


def _staircase(polytopes, staircase):
    """Where components appear and vanish; by hand where the placements are few enough, by the formula elsewhere."""
    table = staircase.merge(polytopes, on=["family", "problem"])
    by_hand = table[table["isolated_by_hand"] >= 0]
    components = table["isolated"] + table["connected"]
    wrong = by_hand[["isolated", "connected"]].to_numpy() != by_hand[["isolated_by_hand", "connected_by_hand"]]
    named = polytopes[polytopes["family"] == "named"].set_index("problem")
    octahedron = table[(table["problem"] == "octahedron") & (table["width"] == table["largest"])].iloc[0]
    above = table["width"] == table["smallest"] + 1
    return {
        "connected_at_smallest": bound(table.loc[table["width"] == table["smallest"], "connected"].max()),
        "connected_just_above": bound(table.loc[above, "connected"].min()),
        "isolated_at_largest": bound(table.loc[table["width"] == table["largest"], "isolated"].min()),
        "isolated_above_largest": bound(table.loc[table["width"] > table["largest"], "isolated"].max()),
        "components_at_bound": bound(components[table["width"] == table["bound"]].max()),
        "counts_that_differ": bound(wrong.any(axis=1).sum()),
        "counts_by_hand": bound(len(by_hand)),
        "polytopes_that_differ": bound((~polytopes["agrees"].astype(bool)).sum()),
        "largest_proved_margin": bound(polytopes["proved_margin"].max()),
        "octahedron_connected_from": exact(named.loc["octahedron", "connected_from"], tolerance=0),
        "octahedron_bound": exact(named.loc["octahedron", "bound"], tolerance=0),
        "octahedron_components_at_largest": exact(octahedron["isolated"] + octahedron["connected"], tolerance=0),
        "share_connected_below_bound": share(
            (polytopes["connected_from"] < polytopes["bound"]).sum(), len(polytopes), unit="problem"
        ),
    }


def _escape(escape):
    """The path of every network, and the straight line of those that are stuck."""
    stuck = escape[escape["before"] > STUCK]
    found = {
        "path_rise": bound(escape["rise"].max()),
        "path_end_over_bound": bound((escape["after"] / escape["lower_bound"]).max() - 1),
        "path_neurons": bound(escape["needed"].max()),
        "stuck_networks": bound(len(stuck)),
    }
    few = ("share_of_lines_that_rise", "line_over_start", "share_stuck_that_need_no_neuron")
    if len(stuck) < 3:
        return found | {name: not_reached(len(escape), unit="start") for name in few}
    return found | {
        "share_of_lines_that_rise": share((stuck["line_rise"] > RISES).sum(), len(stuck), unit="start"),
        "share_stuck_that_need_no_neuron": share((stuck["needed"] <= stuck["width"]).sum(), len(stuck), unit="start"),
        "line_over_start": ratio(stuck["line_highest"], stuck["before"], unit="start"),
    }


def _zero_units(zero_units):
    """The contingency table of stationary networks: zero unit, probe that helps, above the optimum."""
    rows = zero_units[zero_units["converged"].astype(bool) & (zero_units["residual"] <= STATIONARY)]
    rows = rows.assign(above=rows["excess"] > ABOVE, lowered=rows["probe"] < LOWERS)
    zero = rows[rows["zero_units"] > 0]
    minima = zero[~zero["lowered"]]
    shares = {
        "share_above_without_zero_unit": rows.loc[rows["zero_units"] == 0].groupby("problem")["above"].mean(),
        "share_above_with_zero_unit": zero.groupby("problem")["above"].mean(),
    }
    return {
        "trained_networks": bound(len(zero_units)),
        "stationary_networks": bound(len(rows)),
        "networks_with_zero_unit": bound(len(zero)),
        "minima_with_zero_unit": bound(len(minima)),
        "minima_with_zero_unit_above": (
            bound(minima["above"].sum()) if len(minima) else not_reached(len(rows), unit="network")
        ),
        "lowered_at_the_optimum": bound((zero["lowered"] & ~zero["above"]).sum()),
    } | {
        name: mean(values, unit="problem") if len(values) >= 3 else not_reached(len(rows), unit="network")
        for name, values in shares.items()
    }


def _reached(reached, ranges, tuning):
    """Where in the range of test errors of all optima the networks of an optimiser end."""
    table = reached.merge(ranges, on="problem")
    table["position"] = (table["test_error"] - table["smallest"]) / (table["largest"] - table["smallest"])
    problems = table["problem"].nunique()
    found = {
        "optima_error_ratio": bound((ranges["largest"] / ranges["smallest"]).min()),
    }
    for method, rows in table.groupby("method"):
        near = rows[rows["excess"] <= REACHED]
        inside = near.groupby("start")["position"].mean()
        optimal = rows.groupby("start")["excess"].max() <= REACHED
        over = rows.assign(over=1 + rows["excess"]).groupby("start")["over"].prod() ** (1 / problems)
        numbers = (
            share(optimal.sum(), len(optimal), unit="start"),
            ratio(over, 0 * over + 1, unit="start"),
            mean(inside, unit="start") if len(inside) >= 3 else not_reached(len(optimal), unit="start"),
        )
        if edges := (tuning.loc[tuning["method"] == method, "edge"].fillna("") != "").sum():
            numbers = (step_at_edge(edges, unit="tuning"),) * 2 + numbers[2:]
        found |= dict(zip(OF_OPTIMISER[method], numbers, strict=True))
    near = table[table["excess"] <= REACHED].pivot(index=["problem", "start"], columns="method", values="position")
    both = near.reindex(columns=["SGD", "Adam"]).dropna().groupby("start").mean()
    found["sgd_less_adam_position"] = (
        difference(both["SGD"], both["Adam"], unit="start")
        if len(both) >= 3
        else not_reached(reached["start"].nunique(), unit="start")
    )
    return found


if __name__ == "__main__":
    run(metrics)
