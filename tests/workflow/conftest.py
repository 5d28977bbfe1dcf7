"""One smoke build for every test that needs one."""

import pytest
from builds import copy_project, said, snakemake

from convexify_workflow.scaffold import scaffold


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A project whose smoke build has run, with one scaffolded experiment among the others."""
    project = copy_project(tmp_path_factory.mktemp("build") / "project")
    scaffold("scaffolded", project)
    result = snakemake(project)
    assert result.returncode == 0, said(result)[-6000:]
    return project
