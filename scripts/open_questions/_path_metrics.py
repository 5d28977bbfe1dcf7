"""Question (c): a residual network beside parallel branches."""

import numpy as np

from convexify_workflow.uncertainty import difference, exact, mean, not_reached, ratio, step_at_edge


def unravelling_error(identities):
    """Largest relative error of sums of up to 2^H products of double precision."""
    given = identities["gates"] == "network"
    return exact(identities.loc[given, "relative_error"].max(), tolerance=1e-10)


def own_gates_error(identities):
    """The same with gates of the paths' own, for each repetition, where there is more than one block."""
    own = identities[(identities["gates"] == "own") & (identities["blocks"] > 1)]
    return mean(own.groupby("repetition")["relative_error"].mean(), unit="seed")


def largest_over_bound(linear, kind):
    """Gap over bound in closed form, whatever the data: exact up to a grid that is the same in every build."""
    return exact(linear[f"{kind}_gap_over_bound"].max(), tolerance=1e-6)


def relu_gap_difference(gaps):
    """Relative gap of the residual network less that of independent paths, largest number of blocks, by draw."""
    means = _relu_means(gaps)
    return difference(means["residual"], means["branches"], unit="draw")


def relu_gaps(gaps):
    """Both of them."""
    means = _relu_means(gaps)
    return {f"relative_gap_relu_{name}": mean(means[name], unit="draw") for name in ("residual", "branches")}


def _relu_means(gaps):
    """Mean over budgets."""
    deepest = gaps[gaps["blocks"] == gaps["blocks"].max()]
    return deepest.groupby(["network", "draw"])["relative_gap"].mean()


def heights(surfaces, steps, columns):
    """Residual less branches by metric, and both beside it; no difference where a step lies on the edge of its grid."""
    edges = steps.loc[steps["chosen"] & (steps["edge"] != ""), "architecture"].nunique()
    tables = {name: table.set_index("repetition").sort_index() for name, table in surfaces.groupby("architecture")}

    def compared(column, by):
        residual, branches = tables["residual"][column], tables["branches"][column]
        if edges:
            return step_at_edge(edges, unit="tuning")
        usable = np.isfinite([residual, branches]).all() and (
            by is difference or min(residual.min(), branches.min()) > 0
        )
        return by(residual, branches, unit="seed") if usable else not_reached(len(residual), unit="seed")

    found = {"surface_training_loss_residual_over_branches": compared("training_loss", ratio)}
    for metric, column in columns.items():
        short = metric.removesuffix("_residual_minus_branches")
        found[metric] = compared(column, difference)
        for name, table in tables.items():
            usable = np.isfinite(table[column]).all()
            found[f"{short}_{name}"] = (
                mean(table[column], unit="seed") if usable else not_reached(len(table), unit="seed")
            )
    return found
