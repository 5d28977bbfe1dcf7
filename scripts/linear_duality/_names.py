"""What the figures call the problems."""

from convexify_workflow.plotting import spelled


def problem_name(word):
    """What figures call a problem: a synthetic one by what it has, a data set as it is spelled."""
    return {"tied": "equal singular values", "gaussian": "Gaussian data"}.get(word, spelled(word))
