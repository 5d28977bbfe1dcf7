"""Which rows of the tables the figures, the table of optima and the metrics show."""


def real(sources):
    """The real data set that the figures show: the first source that is not synthetic."""
    return next(source for source in sources if source != "synthetic")


def first_starts(table):
    """Rows at full rank from the first kind of random start."""
    return table[table["full_rank"] & (table["initialisation"] == table["initialisation"].iloc[0])]
