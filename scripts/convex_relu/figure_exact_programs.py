"""x."""

from convexify_workflow.job import run


def figure_exact_programs(): ...


if __name__ == "__main__":
    run(figure_exact_programs)
