"""The numbers that the claims and `snakemake verify` read."""

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, exact, share, table_of


def metrics(polytopes, staircase):
    """Table of metrics."""
    return table_of("after_the_survey", {**_staircase(polytopes, staircase)})


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
