"""How the figures call both descents."""

#: Word of the tables to the loss that is descended on, which has a look.
LOSSES = {"vanilla": "squared loss", "relaxed": "relaxed loss"}


def by_loss(table):
    """The table with a column ``loss`` beside ``method``, rows of the squared loss first."""
    return table.assign(loss=table["method"].map(LOSSES)).sort_values("loss", ascending=False, kind="stable")


def noise_named(noise):
    """Name of a panel with this label noise."""
    return "no label noise" if noise == 0 else f"label noise {noise:g}"
