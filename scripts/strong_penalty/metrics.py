"""The numbers that the claims about strongly regularised networks and `snakemake verify` read."""

import numpy as np
import pandas as pd
from _network import of_network

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, mean, ratio, share, step_at_edge, table_of

NETWORK = ["problem", "activation", "output_bias", "skip"]


def metrics(
    paths,
    baselines,
    thresholds,
    collapse,
    draws,
    descents,
    growth,
    kink,
    shift_of_eigenvalues,
    arguments,
):
    """Metric name to value with its kind; the first six are lists with one table per problem."""
    paths, baselines, thresholds, draws = map(pd.concat, (paths, baselines, thresholds, draws))
    joined = paths.merge(thresholds.rename(columns={"lower": "threshold", "upper": "proved"}), on=NETWORK)
    beyond = joined[joined["lam"] >= joined["proved"]]
    return table_of(
        "strong_penalty",
        of_thresholds(thresholds, growth, shift_of_eigenvalues)
        | of_kink(kink)
        | of_minima_beyond(beyond)
        | of_shift(beyond[beyond["penalty"] == "shift"])
        | {"l2_largest_gain_over_constant_beyond_threshold": bound(largest_gain(beyond, baselines))}
        | {"collapse_over_threshold": collapse_over_threshold(pd.concat(collapse), thresholds, paths["lam"].max())}
        | of_draws(draws)
        | of_descents(pd.concat(descents))
        | of_arguments(arguments),
    )


def of_thresholds(thresholds, growth, shift_of_eigenvalues):
    """Certified thresholds, and closed forms that they must agree with."""
    tanh = growth[growth["loss"] == "a·tanh(wx)"].sort_values("box")
    cubic = growth[growth["loss"] == "−θ³"]
    brackets = {
        f"first_convex_lambda_{row.problem}_{end}": bound(getattr(row, end))
        for row in of_network(thresholds).itertuples()
        for end in ("lower", "upper")
    }
    return brackets | {
        # Interval arithmetic bounds every Hessian of a smooth network on a box, if only coarsely.
        "share_of_smooth_networks_with_finite_threshold": exact(np.isfinite(thresholds["upper"]).mean(), tolerance=0),
        "widest_bracket_ratio": bound((thresholds["upper"] / thresholds["lower"]).max()),
        "certified_threshold_growth_with_box": bound(tanh["lower"].iloc[-1] / tanh["upper"].iloc[0]),
        # The threshold of −θ³ is attained at a corner, where the search starts: only rounding is left.
        "cubic_threshold_error": exact((cubic["lower"] - 3 * cubic["box"]).abs().max(), tolerance=1e-9),
        "eigenvalue_shift_per_lambda": exact(shift_of_eigenvalues["shift_per_lambda"].mean(), tolerance=1e-9),
    }


def of_kink(kink):
    """Whether second differences across the kink are negative where the closed form says so, as it does for every λ."""
    seen = kink[kink["negative"]].assign(seen=lambda rows: rows["second_difference"] < 0).groupby("lam")["seen"].all()
    return {"relu_share_of_lambdas_with_negative_curvature": exact(seen.mean(), tolerance=0)}


def of_minima_beyond(beyond):
    """What is left of the networks once their objectives are provably convex: worst cases."""
    l2, geometric = (beyond[beyond["penalty"] == kind] for kind in ("l2", "geometric"))
    return {
        "most_minima_beyond_threshold": bound(beyond["distinct_minima"].max()),
        "l2_most_distinct_neurons_beyond_threshold": bound(l2["distinct_neurons"].max()),
        "l2_largest_parameter_range_beyond_threshold": bound(l2["parameter_range"].max()),
        "l2_hidden_spread_beyond_threshold": bound(l2["hidden_spread"].max()),
        "geometric_hidden_spread_beyond_threshold": bound(geometric["hidden_spread"].max()),
        "skip_most_distinct_neurons_beyond_threshold": bound(l2.loc[l2["skip"], "distinct_neurons"].max()),
    }


def of_shift(beyond):
    """Neurons under the shifted penalty, and how well the expansion at ε predicts the minimiser at the largest λ."""
    strongest = beyond.loc[beyond.groupby(NETWORK)["lam"].idxmax()]
    return {
        "shift_fewest_distinct_neurons_beyond_threshold": bound(beyond["distinct_neurons"].min()),
        "shift_frozen_error_beyond_threshold": bound(strongest["frozen_error"].max()),
    }


def largest_gain(beyond, baselines):
    """Largest relative gain in training error over the constant predictor, networks with an output bias and no skip."""
    constant = baselines[baselines["predictor"] == "constant"].groupby("problem")["train_error"].first()
    rows = beyond[(beyond["penalty"] == "l2") & beyond["output_bias"] & ~beyond["skip"]]
    return (1 - rows["train_error"] / rows["problem"].map(constant)).max()


def collapse_over_threshold(collapse, thresholds, largest):
    """λ from which on the hidden layer contributes nothing over the convexity threshold.

    The upper end of the first over the lower end of the second: the network is dead before it can be convex. Where the
    layer never dies on the grid, twice the largest λ stands for it.
    """
    dead = collapse[collapse["property"] == "dead"].set_index(NETWORK)["upper"].clip(upper=2 * largest)
    threshold = thresholds.set_index(NETWORK)["lower"].loc[dead.index]
    return ratio(*(geometric_mean_by_problem(values) for values in (dead, threshold)), unit="problem")


def of_draws(draws):
    """Errors where the objective becomes convex, and how much the networks overfit: over draws of the samples."""
    draws = draws.assign(gap=draws["validation_error"] - draws["train_error"])
    # The choice by validation spoils the validation part for judging that choice, but not for the ends of the grid.
    gap = draws.pivot_table(index="draw", columns="choice", values="gap")
    errors = draws.pivot(index=["problem", "draw"], columns="choice", values="test_error")
    pooled = np.exp(np.log(errors).groupby("draw").mean())
    alone = dict(list(errors.groupby("problem")))
    decay, shifted, constant = "validation", "convex shift", "constant"
    by_problem = {problem: ratio(rows["convex"], rows[decay], unit="draw") for problem, rows in alone.items()}
    useful = [ratio(rows["convex"], rows[constant], unit="draw") for rows in alone.values()]
    sparse = draws[draws["choice"] == "sparsest"].assign(
        sparse=lambda rows: rows["alive"].eq(True) & (rows["zero_share"] > 0)
    )
    sparse = sparse.groupby("draw")["sparse"].any()
    return {
        "share_of_draws_with_dead_neurons": share(sparse.sum(), len(sparse), unit="draw"),
        "test_error_over_weight_decay": ratio(pooled["convex"], pooled[decay], unit="draw"),
        **{f"test_error_over_weight_decay_{problem}": value for problem, value in by_problem.items()},
        "largest_test_error_over_weight_decay": max(by_problem.values(), key=lambda metric: metric.value),
        "smallest_test_error_over_weight_decay": min(by_problem.values(), key=lambda metric: metric.value),
        "smallest_test_error_over_constant_at_first_convex": min(useful, key=lambda metric: metric.value),
        "weakest_test_error_over_weight_decay": ratio(pooled["weakest"], pooled[decay], unit="draw"),
        "shift_test_error_over_weight_decay": ratio(pooled[shifted], pooled[decay], unit="draw"),
        "pretrained_test_error_over_weight_decay": ratio(pooled["convex pretrained"], pooled[decay], unit="draw"),
        "pretrained_test_error_over_constant": ratio(pooled["convex pretrained"], pooled[constant], unit="draw"),
        "pretrained_test_error_over_its_own": ratio(
            pooled["convex pretrained"], pooled["pretrained alone"], unit="draw"
        ),
        "generalisation_gap_change": difference(gap["strongest"], gap["weakest"], unit="draw"),
    }


def of_descents(descents):
    """Epochs of SGD to within 1 % of the initial distance of the minimum, steps tuned alike; means over problems."""
    edges = descents[descents["edge"] != ""].groupby("choice").size()
    epochs = descents.pivot_table(index="draw", columns="choice", values="epochs")
    comparison = ratio(epochs["validation"], epochs["convex"], unit="draw")
    return {
        "sgd_epochs_convex": step_at_edge(edges["convex"], unit="tuning")
        if "convex" in edges
        else mean(epochs["convex"], unit="draw"),
        # Runs that do not arrive count double their epochs.
        "sgd_epochs_weight_decay_over_convex": step_at_edge(edges.sum(), unit="tuning") if len(edges) else comparison,
        "sgd_diverged_steps": bound(descents["diverged_steps"].sum()),
    }


def of_arguments(arguments):
    """Numbers of the thread's arguments: counterexamples and worst cases over the networks on the curve."""
    table = arguments.set_index(["argument", "quantity", "case"])["value"].sort_index()

    def worst(argument, quantity, case="", of=max):
        values = table.loc[argument, quantity]
        return of(values[[name for name in values.index if case in name]])

    output, copy, minima = "change of the output", "a copy in a box of proved convexity", "distinct minima"
    variant = {when: max(worst("copies", minima, f"{kind}, {when}") for kind in ("shift", "geometric"))
               for when in ("λ by validation", "λ beyond the threshold")}  # fmt: skip
    domains = table.loc["domains", "training error"]
    sides = domains.index.astype(float)
    alike = worst("single layer", "distinct minimisers", "linear, λ = 0.01")
    alike = max(alike, worst("single layer", "distinct minimisers", "logistic, λ = 0.01"))
    return {
        "share_of_pairs_that_violate_convexity": bound(
            worst("pairs", "share that violates the convexity of L", of=min)
        ),
        "pairs_that_violate_beyond_the_penalty": bound(worst("pairs", "number that does by more than λC")),
        "smallest_strict_margin_beyond_threshold": bound(
            worst("pairs", "smallest strict margin beyond the threshold", of=min)
        ),
        "exchange_changes_output": bound(worst("symmetries", f"{output}, exchanged")),
        "negation_changes_output": bound(worst("symmetries", f"{output}, negated")),
        "negation_changes_output_tanh": bound(worst("symmetries", f"{output}, negated", "tanh")),
        "share_of_convex_boxes_with_exchanged_copies": exact(
            table.loc["symmetries", f"{copy}, exchanged"].mean(), tolerance=0
        ),
        "l2_copies_at_validation": bound(worst("copies", minima, "l2, λ by validation")),
        "variant_copies_at_validation": bound(variant["λ by validation"]),
        "variant_copies_beyond_threshold": bound(variant["λ beyond the threshold"]),
        "dropout_distinct_neurons": bound(worst("dropout", "distinct neurons")),
        "dropout_distinct_minima": bound(worst("dropout", minima)),
        "small_domain_training_error_ratio": bound(domains.iloc[sides.argmin()] / domains.iloc[sides.argmax()]),
        "quartic_smallest_second_derivative": exact(worst("quartic", "smallest second derivative"), tolerance=0),
        "quartic_smallest_strict_margin": bound(worst("quartic", "smallest strict margin")),
        "minimisers_without_penalty": bound(worst("single layer", "distinct minimisers", "linear, λ = 0", of=max)),
        "minimisers_without_hidden_layer": bound(worst("single layer", "distinct minimisers", "λ = 0.01")),
        "minimisers_of_regression": bound(alike),
        "ridge_largest_zero_share": bound(worst("single layer", "largest share of zero weights")),
        "ivanov_distance_ridge": bound(worst("Ivanov", "relative distance of the minimisers")),
        # The three-layer penalty jumps over (1/2)^(1/3) of the radii; the grid of radii has a spacing of 5e-4.
        "radii_that_no_lambda_finds": exact(
            worst("Ivanov", "share of radii that no λ finds", "3 layers"), tolerance=2e-3
        ),
    }


def geometric_mean_by_problem(values):
    """Geometric mean over the networks of each problem, which share its samples and are no independent units."""
    return np.exp(np.log(values).groupby("problem").mean())


if __name__ == "__main__":
    run(metrics)
