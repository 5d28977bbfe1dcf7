"""The sources of a build: every sentence with the verdicts on its claims, and the errors of the survey."""

from itertools import chain

from convexify_workflow.coverage import coverage_table, errors_table
from convexify_workflow.job import run


def coverage(documents, sentences, survey_errors, ledger):
    """Two tables: one row per sentence, one row per error; ``sentences`` is a list of the files' lists."""
    return {
        "coverage": coverage_table(documents, chain(*sentences), ledger),
        "errors": errors_table(survey_errors, ledger),
    }


if __name__ == "__main__":
    run(coverage)
