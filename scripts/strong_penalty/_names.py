"""What the figures call problems and penalties, and the network that they show."""

from convexify_workflow.plotting import spelled

#: Penalty to its name in formulas.
NAMES = {
    "l2": r"$\lambda\|\theta\|^2$",
    "shift": r"$\lambda\|\theta-\varepsilon\|^2$",
    "geometric": r"$\theta^\top\mathrm{diag}(\lambda,\lambda^2,\ldots)\,\theta$",
}
NETWORK = {"activation": "tanh", "output_bias": True, "skip": False}


def of_network(table):
    """Rows of the network that the figures show."""
    for key, value in NETWORK.items():
        table = table[table[key] == value]
    return table


def problem_name(problem):
    """The curve by its formula, a data set as it is spelled."""
    return "sin 2x + ½" if problem == "sine" else spelled(problem)
