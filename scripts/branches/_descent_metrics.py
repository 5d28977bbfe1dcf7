"""Numbers of gradient descent from random starts: means over draws of samples, or the word that a step is not tuned."""

from convexify_workflow.uncertainty import Metric, mean, step_at_edge

#: Rows of each group of problems: both kinds of hinge where classes overlap, and the problem with zero loss.
GROUPS = {
    "kinked": lambda table: (table["regime"] == "overlapping") & (table["tau"] < 1),
    "linear": lambda table: (table["regime"] == "overlapping") & (table["tau"] >= 1),
    "realisable": lambda table: table["regime"] == "realisable",
}
#: Counts of successes: near the optimum of I branches, which moves with I, or near that of the fewest branches.
OWN = ("certain_successes", "possible_successes")
FIXED = ("certain_fixed", "possible_fixed")


def tunings_at_edge(table):
    """How many tunings, one for each (regime, τ, I), ended with the smallest or largest step that was tried."""
    return len(table.loc[table["edge"] != "", ["regime", "tau", "branches"]].drop_duplicates())


def gain_in_success(frequencies, group, target=OWN):
    """Share of successful starts at the most branches minus that at the fewest.

    The optimum is known to lie in a bracket: the interval reaches from that of the certain gain to that of the possible
    one.
    """
    few, many = _ends(frequencies, group)
    certain, possible = (
        _shares(many, target[ours]) - _shares(few, target[1 - ours])  # the worst, then the best of both brackets
        for ours in (0, 1)
    )
    return _bracketed(certain, possible, few, many)


def success_share(frequencies, group, most, target=OWN):
    """Share of successful starts at the most or the fewest branches, from the certain to the possible ones."""
    table = _ends(frequencies, group)[most]
    return _bracketed(_shares(table, target[0]), _shares(table, target[1]), table)


def fall_of_optimum(frequencies, group):
    """Certified optimum of the fewest branches minus that of the most: lower minus upper value."""
    few, many = _ends(frequencies, group)
    return mean(few.groupby("repetition")["lower"].mean() - many.groupby("repetition")["upper"].mean(), unit="draw")


def widest_bracket(frequencies, group):
    """Widest bracket of an optimum."""
    table = frequencies[GROUPS[group](frequencies)]
    return (table["upper"] - table["lower"]).max()


def _ends(frequencies, group):
    table = frequencies[GROUPS[group](frequencies)]
    return [table[table["branches"] == count] for count in (table["branches"].min(), table["branches"].max())]


def _shares(table, column):
    """Starts and τ of one draw are averaged, for they share its samples."""
    return (table[column] / table["starts"]).groupby(table["repetition"]).mean()


def _bracketed(certain, possible, *tables):
    edges = sum(map(tunings_at_edge, tables))
    if edges:
        return step_at_edge(edges, unit="tuning")
    low, high = mean(certain, unit="draw"), mean(possible, unit="draw")
    return Metric("estimate", (low.value + high.value) / 2, low.low, high.high, low.n, "draw")
