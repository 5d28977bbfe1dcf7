# Helpers for every rule: declared experiments, settings, inputs, the code that a script depends on.
import json
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

if not Path("workflow/rules/common.smk").exists():
    # From another folder, or as a module of another workflow, settings and scripts would be looked for in vain.
    raise WorkflowError(f"{Path.cwd()}: expected the folder of the Snakefile: run snakemake there, in a clone")

from convexify_workflow.claims import check_claims_file, check_figures
from convexify_workflow.cluster import growing, load_cluster
from convexify_workflow.coverage import check_sources
from convexify_workflow.declarations import compute, each, figure, reads
from convexify_workflow.dependencies import code_of
from convexify_workflow.experiments import declare
from convexify_workflow.lock import hold
from convexify_workflow.proofs import PROOFS, dataset_of
from convexify_workflow.settings import check_config, load_settings, select
from convexify_workflow.summary import start, summary
from convexify_workflow.yaml_files import load_yaml

ROOT = Path.cwd()
FOLDERS = {rules.parent.name: rules.parent for rules in sorted(Path("workflow/experiments").glob("*/rules.smk"))}
DECLARED = {}

# On the command line Snakemake reads true and false as text.
config["proofs"] = {"true": True, "false": False}.get(str(config.get("proofs")).lower(), config.get("proofs"))

try:
    DATASETS = load_yaml("data/sources.yaml", dict)
    EXPERIMENTS = check_config(dict(config), list(FOLDERS))
    SETTINGS = {
        name: load_settings(folder, config["settings"].get(name), config["scale"]) for name, folder in FOLDERS.items()
    }
    CLUSTER = {name: load_cluster(folder / "cluster.yaml") for name, folder in FOLDERS.items()}
    # Of all experiments, selected or not: the sentences of the sources name claims of each.
    CLAIMS = {name: check_claims_file(folder / "claims.yaml", name) for name, folder in FOLDERS.items()}
    check_sources("workflow/sources", [claim for claims in CLAIMS.values() for claim in claims])
except ValueError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    scale="smoke|default|paper",
    dataset="[a-z0-9_]+",


def experiment(name, title, jobs, metrics, figures):
    """Declare an experiment: its compute jobs, what its metrics read, its figures (convexify_workflow.experiments)."""
    try:
        check_figures(CLAIMS[name], name, figures)
    except ValueError as error:
        raise WorkflowError(f"workflow/experiments/{name}/claims.yaml: {error}") from None
    try:
        DECLARED[name] = declare(name, title, jobs, metrics, figures, SETTINGS[name], CLUSTER[name])
    except ValueError as error:
        raise WorkflowError(f"workflow/experiments/{name}/cluster.yaml: {error}") from None


def settings(name, *sections):
    """Parameter function: the named sections of an experiment's settings, and `shared`, at the job's scale."""
    return lambda wildcards: select(SETTINGS[name][wildcards.scale], sections)


def built(path):
    """Paths of every selected experiment: `path` is a function of a declared experiment that returns them."""
    return [item for name in EXPERIMENTS for item in path(DECLARED[name])]


def registry_entry(wildcards):
    """Parameter function: the entry of a data set in data/sources.yaml."""
    if wildcards.dataset not in DATASETS:
        raise WorkflowError(f"no data set called {wildcards.dataset}; known are {', '.join(sorted(DATASETS))}")
    return DATASETS[wildcards.dataset]
