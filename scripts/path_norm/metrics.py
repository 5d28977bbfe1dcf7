"""The numbers that the claims and `snakemake verify` read, each with its kind (see convexify_workflow.uncertainty)."""

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, mean, ratio, step_at_edge, table_of

DESCENTS = ("SGD", "Adam")


def metrics(exact, exact_tuning, rank, spirals, tuning):
    """Table of metrics; what is drawn independently is a problem, a draw of data or of spirals."""
    excess = exact["best_start"] / exact["primal"] - 1
    chosen = _chosen(spirals)
    lower = rank[rank["rank"] == 2]
    smooth = lower[lower["decay"] == lower["decay"].min()]
    outside = (rank["low"] / rank["optimum"] - 1).clip(lower=0) + (1 - rank["high"] / rank["optimum"]).clip(lower=0)
    convex, descent = _objectives(spirals, ["path"]), _objectives(spirals, DESCENTS)
    edges, exact_edges = (table["edge"].ne("none").any() for table in (tuning, exact_tuning))
    return table_of(
        "path_norm",
        {
            "best_start_over_optimum": lambda: (
                step_at_edge(1, unit="method") if exact_edges else mean(excess, unit="problem")
            ),
            "lowest_start_under_dual": bound(float((1 - exact["best_start"] / exact["dual"]).max())),
            "largest_share_of_groups_used": bound(float((exact["branches"] / exact["groups"]).max())),
            "largest_gap": bound(
                float(max(exact["largest_gap"].max(), rank["gap"].max(), _three(spirals)["gap"].max()))
            ),
            "path_over_two_layers_weaker": bound(float((exact["primal"] / exact["two_layer_weaker"] - 1).max())),
            "weight_decay_outside_paths": bound(float(_outside_paths(exact))),
            "path_minus_two_layers_accuracy": lambda: difference(chosen["path"], chosen["two layers"], unit="spiral"),
            "path_minus_weight_decay_accuracy": lambda: difference(
                chosen["path"], chosen["weight decay"], unit="spiral"
            ),
            "two_layers_accuracy": lambda: mean(chosen["two layers"], unit="spiral"),
            "path_accuracy": lambda: mean(chosen["path"], unit="spiral"),
            "descent_over_convex": lambda: (
                step_at_edge(int(tuning["edge"].ne("none").sum()), unit="step")
                if edges
                else mean(descent / convex - 1, unit="spiral")
            ),
            "sampled_over_priced": lambda: ratio(_objectives(spirals, ["path, sampled"]), convex, unit="spiral"),
            "optimum_outside_interval": bound(float(outside.max())),
            "rank_two_over_optimum": lambda: mean(smooth["on_data"] / smooth["optimum"] - 1, unit="draw"),
            "rank_two_share_of_groups": lambda: mean(
                smooth["groups"].to_numpy() / rank.loc[smooth.index + 1, "groups"].to_numpy(), unit="draw"
            ),
        },
    )


def _chosen(spirals):
    """Test accuracy of each model (columns) on each draw, β by validation accuracy and the larger of ties."""
    ordered = spirals.sort_values(["validation_accuracy", "beta"], ascending=False)
    return ordered.drop_duplicates(["draw", "model"]).pivot(index="draw", columns="model", values="test_accuracy")


def _objectives(spirals, models):
    """Lowest objective among models at each β, then the geometric mean over β: one number for each draw."""
    best = spirals[spirals["model"].isin(models)].groupby(["draw", "beta"])["objective"].min()
    return best.groupby("draw").agg(lambda values: values.prod() ** (1 / len(values)))


def _three(spirals):
    return spirals[spirals["model"].isin(["path", "path, sampled", "weight decay"])]


def _outside_paths(exact):
    """How far the optimum with weight decay lies outside those of the path norm at β and at √m β, relative."""
    below = 1 - exact["weight_decay_primal"] / exact["dual"]
    above = exact["weight_decay"] / exact["stronger_path"] - 1
    return max(below.max(), above.max())


if __name__ == "__main__":
    run(metrics)
