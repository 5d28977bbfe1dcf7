"""The numbers that the claims and `snakemake verify` read, each with its kind (see convexify_workflow.uncertainty)."""

import pandas as pd

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, mean, ratio, step_at_edge, table_of

#: Differences of objectives below this are rounding.
ROUNDING = 1e-9
#: An excess over the bound below this counts as this: what a longer run would still gain decides no comparison.
SOLVED = 1e-4


def metrics(errors, tuning, solvers):
    """Table of metrics; what is drawn independently is a draw of images, features and starts.

    Differences of errors are means over the variants within a draw, so that the interval is one over draws.
    """
    errors, tuning, solvers = (pd.concat(tables) for tables in (errors, tuning, solvers))
    fourier = errors[errors["features"] != "nystroem"]
    most = fourier[fourier["n"] == fourier["n"].max()]
    fewest = fourier[fourier["n"] == fourier["n"].min()]
    nystroem = errors[errors["features"] == "nystroem"]
    beside = most[most["variant"].isin(nystroem["variant"])]
    convex = errors.dropna(subset="gap")
    edges = tuning[tuning["edge"] != "none"].drop_duplicates(["variant", "method"])["method"]
    last = solvers.groupby(["variant", "draw", "solver"]).last()
    excess = (last["objective"] - last["lower_bound"]).clip(lower=SOLVED).unstack()
    below = solvers["objective"] < solvers["lower_bound"] - ROUNDING

    def compared(methods, value):
        """``value()``, unless a radius or step of one of the methods lies on the edge of its grid."""
        count = int(edges.isin(methods).sum())
        return lambda: step_at_edge(count, unit="tuning") if count else value()

    def errors_differ(first, second):
        return compared([first, second], lambda: difference(_by_draw(most, first), _by_draw(most, second), unit="draw"))

    def slower(solver):
        return compared([solver], lambda: ratio(excess[solver], excess["accelerated"], unit="draw"))

    return table_of(
        "convex_cnn",
        {
            "error_ccnn_1": lambda: mean(_by_draw(most, "CCNN-1"), unit="draw"),
            "error_ccnn_2": lambda: mean(_by_draw(most, "CCNN-2"), unit="draw"),
            "error_cnn_1": lambda: mean(_by_draw(most, "CNN-1"), unit="draw"),
            "error_cnn_2": lambda: mean(_by_draw(most, "CNN-2"), unit="draw"),
            "error_ccnn_1_minus_cnn_1": errors_differ("CCNN-1", "CNN-1"),
            "error_ccnn_2_minus_cnn_2": errors_differ("CCNN-2", "CNN-2"),
            "error_ccnn_2_minus_ccnn_1": errors_differ("CCNN-2", "CCNN-1"),
            "excess_error_most_minus_fewest": compared(
                ["CCNN-1", "CNN-1"], lambda: difference(_excess(most), _excess(fewest), unit="draw")
            ),
            "overfitting_ccnn_1_minus_cnn_1": compared(
                ["CCNN-1", "CNN-1"],
                lambda: difference(
                    _by_draw(fourier, "CCNN-1", "overfitting"), _by_draw(fourier, "CNN-1", "overfitting"), unit="draw"
                ),
            ),
            "error_nystroem_minus_fourier": lambda: difference(
                _by_draw(nystroem, "CCNN-1"), _by_draw(beside, "CCNN-1"), unit="draw"
            ),
            "error_nystroem_minus_fourier_2": lambda: difference(
                _by_draw(nystroem, "CCNN-2"), _by_draw(beside, "CCNN-2"), unit="draw"
            ),
            "leading_share": lambda: mean(_by_draw(most, "CCNN-1", "leading_share"), unit="draw"),
            "largest_gap": bound(float(convex["gap"].max())),
            "largest_violation": bound(float(convex["violation"].max())),
            "points_below_the_bound": bound(float(below.sum())),
            "stochastic_over_accelerated": slower("projected SGD"),
            "frank_wolfe_over_accelerated": slower("Frank–Wolfe"),
            "filters_over_accelerated": slower("descent on filters"),
        },
    )


def _by_draw(table, method, column="test_error"):
    """Mean over variants and numbers of images of each draw, in the order of the draws."""
    rows = table[table["method"] == method]
    values = rows["test_error"] - rows["train_error"] if column == "overfitting" else rows[column]
    return values.groupby(rows["draw"]).mean().sort_index().to_numpy()


def _excess(table):
    return _by_draw(table, "CCNN-1") - _by_draw(table, "CNN-1")


if __name__ == "__main__":
    run(metrics)
