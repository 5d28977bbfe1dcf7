"""The numbers that the claims and `snakemake verify` read, each with its kind (see convexify_workflow.uncertainty)."""

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, mean, share, step_at_edge, table_of

#: Samples per dimension at which dimensions are compared, and from which on numbers of patches are.
MIDDLE = 8


def metrics(recovery, tuning, turned, turned_tuning, draws):
    """Table of metrics; what is drawn independently is a problem."""
    recovery = recovery.assign(
        one=recovery["draws_recovered"] / draws,
        some=recovery["draws_recovered"] > 0,
        found=recovery["starts_recovered"] > 0,
    )
    few = recovery[recovery["ratio"] == recovery["ratio"].min()]
    single = recovery[recovery["patches"] == recovery["patches"].min()]
    most = single[single["ratio"] == single["ratio"].max()]
    middle = single[single["ratio"] == MIDDLE]
    smallest = middle[middle["dimension"] == middle["dimension"].min()]
    largest = middle[middle["dimension"] == middle["dimension"].max()]
    later = recovery[recovery["ratio"] >= MIDDLE].sort_values(["dimension", "ratio", "problem"])
    fewest_patches = later[later["patches"] == later["patches"].min()]
    most_patches = later[later["patches"] == later["patches"].max()]
    edges = tuning.loc[tuning["edge"] != "none", "patches"].nunique()
    return table_of(
        "conv_relaxation",
        {
            "recovered_by_some_draw_most_samples": lambda: share(int(most["some"].sum()), len(most), unit="problem"),
            "recovered_by_one_draw_most_samples": lambda: mean(most["one"], unit="problem"),
            "recovered_by_some_draw_fewest_samples": lambda: share(int(few["some"].sum()), len(few), unit="problem"),
            "one_draw_smallest_minus_largest_dimension": lambda: mean(
                smallest["one"].to_numpy() - largest["one"].to_numpy(), unit="problem"
            ),
            "one_draw_fewest_minus_most_patches": lambda: mean(
                fewest_patches["one"].to_numpy() - most_patches["one"].to_numpy(), unit="problem"
            ),
            "some_draw_minus_some_start": lambda: (
                step_at_edge(edges, unit="number of patches")
                if edges
                else difference(recovery["some"].astype(float), recovery["found"].astype(float), unit="problem")
            ),
            "share_of_starts_diverged": bound(float(recovery["starts_diverged"].mean())),
            "programs_that_contradict_the_cone": bound(float(recovery["contradictions"].sum())),
            "largest_gap_of_a_program": bound(float(recovery["largest_gap"].max())),
            "programs_solved": exact(float(recovery["programs"].sum()), tolerance=0.0),
        }
        | _of_turned(turned, turned_tuning),
    )


def _of_turned(turned, tuning):
    """Relaxation minus descent on images upright or turned, and the worst gap of a program."""
    edges = tuning.loc[tuning["edge"] != "none", "method"].nunique()

    def less(column):
        wide = turned.pivot(index="draw", columns="method", values=column)
        return difference(wide["relaxation"], wide["descent"], unit="draw")

    return {
        "turned_loss_relaxation_minus_descent": lambda: step_at_edge(edges, unit="method") if edges else less("loss"),
        "turned_error_relaxation_minus_descent": lambda: step_at_edge(edges, unit="method") if edges else less("error"),
        "turned_error_relaxation": lambda: mean(turned.loc[turned["method"] == "relaxation", "error"], unit="draw"),
        "turned_largest_gap": bound(float(turned["gap"].max())),
    }


if __name__ == "__main__":
    run(metrics)
