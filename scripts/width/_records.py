"""Reductions of the records of training runs that figures and metrics share."""


def supremum(records, column):
    """Largest value over the iterations of each run."""
    return records.groupby(["dataset", "architecture", "width", "repetition"], as_index=False, sort=False)[column].max()


def drift(records):
    """Largest relative change of the whole Gram matrix of each run: column ``drift``."""
    return supremum(records.assign(drift=records["gram_change"] / records["gram_norm"]), "drift")
