"""Numbers of the question whether convexifying raises what a network learns per parameter."""

import numpy as np

from convexify_workflow.uncertainty import FEWEST, difference, not_reached, ratio, share, step_at_edge

#: A draw of a data set: its samples and starts.
UNIT = ["dataset", "draw"]


def chosen_optimisers(runs):
    """Runs of the optimiser that validation chose for each data set, method and budget."""
    key = ["dataset", "method", "budget"]
    losses = runs.drop_duplicates([*key, "optimiser"]).sort_values("validation_loss", kind="stable")
    best = losses.drop_duplicates(key)[[*key, "optimiser"]]
    return runs.merge(best, on=[*key, "optimiser"])


def per_parameter_metrics(runs, errors, training):
    """Differences of test errors and ratios of training values at equal numbers of parameters, paired by draw.

    ``errors`` maps a metric to two methods, ``training`` to two methods and a column.
    """
    runs = chosen_optimisers(runs)
    chosen, fixed = (runs[runs["penalty"] == which] for which in ("chosen", "fixed"))
    found = {name: _beside(chosen, *pair, "test_error") for name, pair in errors.items()}
    return found | {name: _beside(fixed, *pair) for name, pair in training.items()}


def _beside(runs, method, other, column):
    """Means over budgets compared, unless a tuned value lies at an edge of its grid."""
    runs = runs[runs["method"].isin([method, other])]
    if at_edge := len(runs[runs["edge"] != ""].drop_duplicates(["dataset", "method", "budget"])):
        return step_at_edge(at_edge, unit="tuning")
    if column == "test_error":
        means = runs.pivot_table(column, UNIT, "method")
        return difference(means[method], means[other], unit="draw")
    means = np.exp(runs.assign(logarithm=np.log(runs[column])).pivot_table("logarithm", UNIT, "method"))
    return ratio(means[method], means[other], unit="draw")


def within_budgets(runs):
    """Share of draws on which global training ends with no more parameters than the largest wide network."""
    models = runs[(runs["method"] == "global") & (runs["penalty"] == "chosen")]
    largest = runs.loc[runs["method"] == "wide", "nominal"].max()
    return share((models["active"] <= largest).sum(), len(models), unit="draw")


def global_metric(runs):
    """Test error of global training less that of the smallest wide network with at least as many parameters.

    Draws on which it outgrows every network are left out.
    """
    chosen = chosen_optimisers(runs[runs["penalty"] == "chosen"])
    models = chosen[chosen["method"] == "global"]
    wide = chosen[chosen["method"] == "wide"].sort_values("nominal")
    within = models[models["active"] <= wide["nominal"].max()]
    if len(within) < FEWEST:
        return not_reached(len(models), unit="draw")
    errors, at_edge = [], set(within.loc[within["edge"] != "", "dataset"])
    for model in within.itertuples():
        own = (wide["dataset"] == model.dataset) & (wide["draw"] == model.draw) & (wide["nominal"] >= model.active)
        network = wide[own].iloc[0]
        errors.append(network["test_error"])
        if network["edge"]:
            at_edge.add((model.dataset, network["budget"]))
    if at_edge:
        return step_at_edge(len(at_edge), unit="tuning")
    return difference(within["test_error"], errors, unit="draw")
