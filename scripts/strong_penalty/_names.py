"""What the figures call problems and penalties."""

from convexify_workflow.plotting import spelled

#: Penalty to its name in formulas.
NAMES = {
    "l2": r"$\lambda\|\theta\|^2$",
    "shift": r"$\lambda\|\theta-\varepsilon\|^2$",
    "geometric": r"$\theta^\top\mathrm{diag}(\lambda,\lambda^2,\ldots)\,\theta$",
}


def problem_name(problem):
    """The curve by its formula, a data set as it is spelled."""
    return "sin 2x + ½" if problem == "sine" else spelled(problem)
