"""Re-runs are exact: what an edit must run again, and what it must not. Dry runs on the built smoke scale."""

import re
from contextlib import ExitStack

import pytest
from builds import edited, said, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("build")]

REPORT = {"manifest", "front_page", "build_report", "website", "all"}


def planned(project):
    """Rules that a build would run now, with the number of their jobs."""
    plan = said(snakemake(project, options=["-n", "--quiet", "reason"]))
    if "Nothing to be done" in plan:
        return {}
    table = plan.split("Job stats:")[1]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if name != "total"}


@pytest.fixture
def edit(built):
    """Function that edits a file, returns what a build would run then, and undoes the edit when the test is over."""
    with ExitStack() as stack:

        def change(path, *replacement):
            stack.enter_context(edited(built / path, *replacement))
            return planned(built)

        yield change


def jobs_of(plan):
    return set(plan) - REPORT


def test_a_colour_redraws_figures_and_runs_nothing_else(edit):
    plan = jobs_of(edit("src/convexify_workflow/plotting.py", "#0072B2", "#0072B3"))
    assert plan
    assert all("_figure_" in name for name in plan)


def test_a_figure_script_redraws_its_figure(edit):
    assert jobs_of(edit("scripts/branches/figure_three_values.py")) == {"branches_figure_three_values"}


def test_a_setting_of_a_job_runs_that_job_and_what_depends_on_it(edit):
    plan = edit("workflow/experiments/branches/settings.yaml", "success: {all: 0.005}", "success: {all: 0.006}")
    assert jobs_of(plan) == {
        "branches_compute_frequencies",
        "branches_metrics",
        "branches_figure_differing_branches",
        "branches_figure_success_frequency",
        "branches_figure_step_sensitivity",
        "ledger",
        "coverage",
    }


def test_a_solver_runs_what_imports_it(edit):
    plan = jobs_of(edit("src/convexify/linear_duality/douglas_rachford.py"))
    assert "linear_duality_metrics" in plan
    assert not any(name.startswith(("branches", "width", "landscapes", "convex_relu")) for name in plan)


def test_the_downloader_runs_nothing_that_has_its_data(edit):
    assert edit("src/convexify_workflow/datasets/fetch.py") == {}
    assert edit("src/convexify_workflow/datasets/clients.py") == {}


def test_an_address_of_a_data_set_runs_nothing(edit):
    assert edit("data/sources.yaml", "title: Optical recognition", "title: The optical recognition") == {}


def test_a_claim_makes_the_ledger_and_the_report(edit):
    plan = edit("workflow/experiments/branches/claims.yaml", "statement:", "statement:  ")
    assert jobs_of(plan) == {"ledger", "coverage"}


def test_a_sentence_of_a_source_makes_the_coverage_and_the_report(edit):
    assert jobs_of(edit("workflow/sources/sentences/abstract.yaml", "title", "Title")) == {"coverage"}


def test_a_caption_makes_the_report(edit):
    assert set(edit("workflow/experiments/branches/captions/three_values.rst")) <= {"build_report", "website", "all"}


def test_an_unchanged_project_has_nothing_to_do(built):
    assert planned(built) == {}


def test_a_word_of_the_site_makes_the_site_alone(edit):
    assert set(edit("workflow/site/questions.yaml")) == {"website", "all"}
