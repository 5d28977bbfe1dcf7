"""The numbers that the claims and `snakemake verify` read."""

from _depth_and_gates import depth_and_gates

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, exact, share, table_of

#: Metrics of deeper networks, random gates and recovery, from the helper: named here so that claims can be checked
#: before anything runs.
DEPTH_AND_GATES = (
    "lines_gap", "lines_random_branch", "lines_start_under_dual", "lines_third_layer", "lines_third_layer_helps",
    "lines_reflections_help",
    "lines_start_relu_2", "lines_start_relu_3", "lines_start_relu_4", "lines_start_absolute_3",
    "rank_one_parallel_gap", "rank_one_formula", "rank_one_standard_gap", "rank_one_standard_gap_without_opposites",
    "rank_one_pair_gap", "rank_one_bracket", "rank_one_start_under_bound", "rank_one_start",
    "gates_over_theorem", "gates_growth", "gates_under_optimum", "gates_gated_over_cones", "gates_gated_below",
    "gates_gated_above",
    "recovery_undecided", "recovery_in_half_space", "recovery_isometry_misses",
    "recovery_network_minus_gated_below", "recovery_gated_1", "recovery_gated_1.25", "recovery_gated_1.5",
    "recovery_gated_2", "recovery_gated_2.5", "recovery_gated_3", "recovery_gated_4", "recovery_network_1",
    "recovery_network_1.25", "recovery_network_1.5", "recovery_network_2", "recovery_network_2.5",
    "recovery_network_3", "recovery_network_4",
)  # fmt: skip


def metrics(polytopes, staircase, lines, three_layers, gates, recovery):
    """Table of metrics."""
    second = depth_and_gates(lines, three_layers, gates, recovery)
    second = {name: second[name] for name in DEPTH_AND_GATES}
    return table_of("after_the_survey", {**_staircase(polytopes, staircase), **second})


def _staircase(polytopes, staircase):
    """Where components appear and vanish; by hand where the placements are few enough, by the formula elsewhere."""
    key = ["family", "problem"]
    table = staircase.merge(polytopes, on=key)
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


if __name__ == "__main__":
    run(metrics)
