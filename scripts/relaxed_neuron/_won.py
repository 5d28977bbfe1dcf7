"""Which descent is better: trial by trial, and in each condition of the map by a sign test over its trials."""

from math import comb

#: Probability with which, were both descents alike, some cell of the map would be said to be won.
FAMILY_WISE_ERROR = 0.01
CELL = ["noise", "ratio", "scale"]


def sign_of(pairs):
    """+1 where relaxed descent has the smaller number, −1 where vanilla descent has, 0 where neither."""
    relaxed, vanilla = pairs["relaxed"], pairs["vanilla"]
    return (relaxed < vanilla).astype(float) - (relaxed > vanilla).astype(float)


def map_signs(cells, success_distance):
    """Sign of every trial of the map by recovery error; errors below the success distance count as equal."""
    errors = cells.pivot(index=[*CELL, "trial"], columns="method", values="recovery_error")
    return sign_of(errors.clip(lower=success_distance))


def cells_won(signs):
    """Method that is better in each cell by a sign test over trials, with one family-wise error for the whole map."""
    cells = signs.groupby(CELL)
    level = 1 - (1 - FAMILY_WISE_ERROR) ** (1 / len(cells))

    def winner(values):
        better, worse = int((values > 0).sum()), int((values < 0).sum())
        return ("relaxed" if better > worse else "vanilla") if _sign_test(better, worse) < level else "neither"

    return cells.agg(winner)


def _sign_test(better, worse):
    """Probability, were either sign as likely, of a split that is at least as uneven."""
    trials = better + worse
    tail = sum(comb(trials, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / 2**trials)
