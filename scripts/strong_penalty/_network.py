"""The network that figures and metrics show."""

NETWORK = {"activation": "tanh", "output_bias": True, "skip": False}


def of_network(table):
    """Rows of the network that the figures show."""
    for key, value in NETWORK.items():
        table = table[table[key] == value]
    return table
