# Helpers for every rule: the settings of an experiment, its seed, the code it depends on, its outputs.
import json
import sys
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

from convexify_workflow.dependencies import code_of
from convexify_workflow.lock import hold
from convexify_workflow.settings import SettingsError, check_config, load_settings

FOLDERS = {rules.parent.name: rules.parent for rules in sorted(Path("workflow/experiments").glob("*/rules.smk"))}
FIGURES = {}
DATASETS = yaml.safe_load(Path("data/sources.yaml").read_text(encoding="utf-8"))

try:
    EXPERIMENTS = check_config(dict(config), list(FOLDERS))
    SETTINGS = {name: load_settings(folder) for name, folder in FOLDERS.items()}
except SettingsError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    scale="smoke|default|paper",
    dataset="[a-z0-9_]+",


def experiment(name, figures):
    """Announce the figures of an experiment: a list, or a function of its settings that returns one."""
    FIGURES[name] = figures


def settings(name):
    """Parameter function: the settings of an experiment at the job's scale."""
    return lambda wildcards: SETTINGS[name][wildcards.scale]


def setting(name, key):
    """Input or parameter function: one setting of an experiment at the job's scale."""
    return lambda wildcards: SETTINGS[name][wildcards.scale][key]


def figures_of(name, scale):
    """Paths of the figures of an experiment."""
    names = FIGURES[name]
    names = names(SETTINGS[name][scale]) if callable(names) else names
    return [f"reports/{scale}/{name}/{figure}.png" for figure in names]


def metrics_of(name, scale):
    """Path of the metrics of an experiment."""
    return f"results/{scale}/{name}/metrics.csv"


def prepared(name, key="datasets"):
    """Input function: the prepared data sets that an experiment's settings name."""
    return lambda wildcards: [f"data/prepared/{dataset}.npz" for dataset in SETTINGS[name][wildcards.scale][key]]


def registry_entry(wildcards):
    """Parameter function: the entry of a data set in data/sources.yaml."""
    if wildcards.dataset not in DATASETS:
        raise WorkflowError(f"no data set called {wildcards.dataset}; known are {', '.join(sorted(DATASETS))}")
    return DATASETS[wildcards.dataset]


def prepared_unless(synthetic, datasets):
    """Paths of prepared data sets, without the one that its experiment draws itself."""
    return [f"data/prepared/{dataset}.npz" for dataset in datasets if dataset != synthetic]


def synthetic_and_real(name, table):
    """Input function: a table of an experiment for its synthetic problems and for its scale's one data set."""
    return lambda wildcards: [
        f"results/{wildcards.scale}/{name}/{source}_{table}.parquet"
        for source in ("synthetic", SETTINGS[name][wildcards.scale]["dataset"])
    ]
