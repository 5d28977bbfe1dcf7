"""What the figures call the penalties, and the network that they show."""

#: Penalty to its name in formulas.
NAMES = {"l2": "λ‖θ‖²", "shift": "λ‖θ − ε‖²", "geometric": "θᵀ diag(λ, λ², …) θ"}
NETWORK = {"activation": "tanh", "output_bias": True, "skip": False}


def of_network(table):
    """Rows of the network that the figures show."""
    for key, value in NETWORK.items():
        table = table[table[key] == value]
    return table
