"""The numbers that the claims about strongly regularised networks and `snakemake verify` read."""

import numpy as np
import pandas as pd
from _collapse import smallest_lambda

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, ratio, table_of

NETWORK = ["problem", "activation", "output_bias", "skip"]


def metrics(paths, baselines, thresholds, draws, growth, kink, shift_of_eigenvalues, same):
    """Metric name to value with its kind; the first four are lists with one table per problem."""
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
        | {"collapse_over_threshold": collapse_over_threshold(joined, same)}
        | of_draws(draws),
    )


def of_thresholds(thresholds, growth, shift_of_eigenvalues):
    """Certified thresholds, and closed forms that they must agree with."""
    tanh = growth[growth["loss"] == "a·tanh(wx)"].sort_values("box")
    cubic = growth[growth["loss"] == "−θ³"]
    return {
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


def collapse_over_threshold(joined, same):
    """λ from which on the hidden layer contributes nothing over the convexity threshold.

    Where it never dies on the grid, twice the largest λ stands for it.
    """
    dead, threshold = {}, {}
    for network, path in joined[joined["penalty"] == "l2"].groupby(NETWORK):
        dead[network] = min(smallest_lambda(path, path["hidden_spread"] <= same), 2 * path["lam"].max())
        threshold[network] = path["threshold"].iloc[0]
    return ratio(*(geometric_mean_by_problem(series(values)) for values in (dead, threshold)), unit="problem")


def of_draws(draws):
    """Errors where the objective becomes convex, and how much the networks overfit; means over the problems by draw."""
    draws = draws.assign(gap=draws["validation_error"] - draws["train_error"])
    # The choice by validation spoils the validation part for judging that choice, but not for the ends of the grid.
    gap = draws.pivot_table(index="draw", columns="choice", values="gap")
    log_error = draws.assign(log=np.log(draws["test_error"])).pivot_table(index="draw", columns="choice", values="log")
    error = np.exp(log_error)
    return {
        "test_error_over_weight_decay": ratio(error["convex"], error["validation"], unit="draw"),
        "shift_test_error_over_weight_decay": ratio(error["convex shift"], error["validation"], unit="draw"),
        "generalisation_gap_change": difference(gap["strongest"], gap["weakest"], unit="draw"),
    }


def series(values):
    """Series over networks from a dict."""
    return pd.Series(values.values(), index=pd.MultiIndex.from_tuples(values, names=NETWORK))


def geometric_mean_by_problem(values):
    """Geometric mean over the networks of each problem, which share its samples and are no independent units."""
    return np.exp(np.log(values).groupby("problem").mean())


if __name__ == "__main__":
    run(metrics)
