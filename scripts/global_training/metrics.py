"""The numbers that the claims and `snakemake verify` read.

A sample is a data set and a draw of its rows: its tasks and methods share rows and are averaged or paired, samples are
independent. A start is independent, too.
"""

import numpy as np

from convexify_workflow.job import run
from convexify_workflow.uncertainty import bound, difference, exact, ratio, share, step_at_edge, table_of

SAMPLE = ["dataset", "draw"]
#: Objective on the five points above which a network counts as stuck: the bad minima begin near 0.1.
STUCK = 0.05
#: Neurons from which on a network counts as wide.
WIDE = 32


def metrics(tasks, penalties, optima, networks, escape, bounds):
    """Table of metrics."""
    return table_of(
        "global_training",
        {
            **_same_penalty(tasks),
            **_chosen_penalty(penalties),
            **_any_width(optima, networks),
            **_escape(escape),
            **_bounds(bounds, optima),
        },
    )


def _same_penalty(tasks):
    """Objectives and accuracies at one λ, paired by sample."""
    logarithm = tasks.assign(logarithm=np.log(tasks["objective"])).pivot_table("logarithm", SAMPLE, "method")
    accuracy = tasks.pivot_table("test_accuracy", SAMPLE, "method")
    objective = np.exp(logarithm)
    one = tasks.pivot(index=[*SAMPLE, "task"], columns="method", values="objective")
    below = (one["global"] < one["Adam"]).groupby(level=SAMPLE).all()
    ratios = {"global_over_adam": "Adam", "global_over_sgd": "SGD", "global_over_sampled": "sampled"}
    gains = {"accuracy_global_less_adam": "Adam", "accuracy_global_less_sampled": "sampled"}
    found = {name: ratio(objective["global"], objective[other], unit="sample") for name, other in ratios.items()}
    found |= {name: difference(accuracy["global"], accuracy[other], unit="sample") for name, other in gains.items()}
    found["share_of_samples_below_adam"] = share(below.sum(), len(below), unit="sample")
    for name, other in (ratios | gains | {"share_of_samples_below_adam": "Adam"}).items():
        if at_edge := (tasks.loc[tasks["method"] == other, "edge"].fillna("") != "").sum():
            found[name] = step_at_edge(at_edge, unit="tuning")
    return found | {
        "largest_global_over_adam": bound((one["global"] / one["Adam"]).max()),
        "worst_sampled_gap": bound(tasks.loc[tasks["method"].isin(["sampled", "gated"]), "relative_gap"].max()),
        "diverged_at_best_step": bound((tasks["objective"] > 1e3).sum()),
    }


def _chosen_penalty(penalties):
    """Test accuracy at the λ that validation chose, paired by sample; none where nothing was validated."""
    chosen = penalties[penalties["chosen"].astype(bool)]
    if chosen.empty:
        return {}
    accuracy = chosen.pivot(index=SAMPLE, columns="method", values="test_accuracy")
    lam = chosen.pivot(index=SAMPLE, columns="method", values="lam")
    inside = chosen.assign(inside=chosen["edge"] == "").pivot(index=SAMPLE, columns="method", values="inside")
    found = {"chosen_at_edge": bound((chosen["edge"] != "").sum())}
    others = {
        "chosen_accuracy_global_less_adam": "Adam",
        "chosen_accuracy_global_less_sgd": "SGD",
        "chosen_accuracy_global_less_sampled": "sampled",
        "chosen_accuracy_global_less_gated": "gated",
    }
    for name, other in others.items():
        if at_edge := (~(inside["global"] & inside[other])).sum():
            found[name] = step_at_edge(at_edge, unit="choice of λ")
        else:
            found[name] = difference(accuracy["global"], accuracy[other], unit="sample")
    found["chosen_lam_global_over_adam"] = ratio(lam["global"], lam["Adam"], unit="sample")
    return found


def _any_width(optima, networks):
    """Networks of descent against the proved bound over every width."""
    networks = networks.merge(optima[["components", "lower_bound"]], on="components")
    over = networks.assign(over=networks["objective"] / networks["lower_bound"])
    found = {
        "largest_gap_over_every_width": bound(optima["relative_gap"].max()),
        "share_proved_exactly": bound(optima["exact"].mean()),
        "smallest_network_over_bound": bound(over["over"].min()),
        "rank_two_optimum": exact(
            optima["objective"].iloc[0], tolerance=optima["objective"].iloc[0] * optima["relative_gap"].iloc[0] + 1e-12
        ),
    }
    ends = {"adam_narrow_over_bound": networks["width"].min()}
    if networks["width"].max() >= WIDE:
        ends["adam_wide_over_bound"] = networks["width"].max()
    for name, width in ends.items():
        rows = over[(over["width"] == width) & (over["method"] == "Adam")]
        at_edge = rows.loc[rows["edge"] != "", "components"].nunique()
        found[name] = (
            step_at_edge(at_edge, unit="tuning")
            if at_edge
            else ratio(rows["objective"], rows["lower_bound"], unit="start")
        )
    return found


def _escape(escape):
    """Networks that SGD left on the five points, before and after."""
    stuck = escape[escape["before"] > STUCK]
    # the smallest of all bounds: one that is too large, by an error, is not taken for the optimum
    optimum, proved = escape["after"].min(), escape["lower_bound"].min()
    return {
        "share_stuck": share(len(stuck), len(escape), unit="start"),
        "five_points_optimum": exact(optimum, tolerance=max(0.0, optimum - proved) + 1e-15),
        "largest_escaped_over_bound": bound(escape["after"].max() / proved),
        "escaped_spread": bound(escape["after"].max() / escape["after"].min() - 1),
        "stuck_spread": bound(escape["before"].max() / escape["before"].min() - 1),
    }


def _bounds(bounds, optima):
    """Proved relative gaps in low and in high rank."""
    high = bounds.loc[bounds["rank"] == bounds["rank"].max(), "relative_gap"].iloc[0]
    # The constant adds one to the rank of the components.
    all_images = optima.loc[optima["components"] + 1 <= 3, "relative_gap"]
    low = max(bounds.loc[bounds["rank"] <= 3, "relative_gap"].max(), all_images.max())
    return {
        "gap_in_highest_rank": bound(high),
        "gap_in_rank_up_to_three": bound(low),
        "largest_searched_gap": bound((1 - bounds["searched_bound"] / bounds["objective"]).max()),
        "smallest_objective_over_bound": bound(
            (bounds["objective"] / bounds[["lower_bound", "rough_bound"]].max(axis=1)).min()
        ),
    }


if __name__ == "__main__":
    run(metrics)
