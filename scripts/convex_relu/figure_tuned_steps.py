"""x."""

from convexify_workflow.job import run


def figure_tuned_steps(): ...


if __name__ == "__main__":
    run(figure_tuned_steps)
