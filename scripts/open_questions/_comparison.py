"""Numbers of the table of all convexifications."""

from convexify_workflow.uncertainty import bound, difference, step_at_edge

#: Models with the same inputs: solved as convex problems, and trained by descent.
CONVEX = ("deep linear", "relaxed neuron", "sampled", "gated", "global", "path norm", "strong penalty")
NETWORKS = ("branches", "wide", "residual", "fully connected")
#: Certificates that are about the program that was solved; global training's is about every width.
PROGRAMS = ("deep linear", "relaxed neuron", "sampled", "gated", "path norm", "strong penalty", "CCNN-1")


def best_of(fits, methods):
    """Rows of the method of each data set that the validation loss prefers."""
    own = fits[fits["method"].isin(methods)]
    best = own.sort_values("validation_loss", kind="stable").drop_duplicates("dataset")[["dataset", "method"]]
    return own.merge(best, on=["dataset", "method"])


def best_models_metric(fits):
    """Test error of the best convex model less that of the best network, each chosen by validation."""
    best = [best_of(fits, methods) for methods in (CONVEX, NETWORKS)]
    if at_edge := sum(part.loc[part["edge"] != "", "dataset"].nunique() for part in best):
        return step_at_edge(at_edge, unit="tuning")
    convex, network = (part.set_index(["dataset", "draw"])["test_error"].sort_index() for part in best)
    return difference(convex, network, unit="draw")


def largest_gap(fits, methods):
    """Largest certified gap of these methods."""
    return bound(fits.loc[fits["method"].isin(methods), "gap"].max())
