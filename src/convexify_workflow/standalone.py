"""Run one script of an experiment by itself: the job is the one that Snakemake would give it.

``python scripts/branches/compute_gaps.py --scale smoke`` calls the entry function with the inputs, settings, seed and
device of the rule ``branches_compute_gaps``, and writes its outputs where a build writes them.
"""

import argparse
import atexit
import os
import sys
from pathlib import Path

from convexify_workflow.lock import hold
from convexify_workflow.settings import SCALES

#: As Snakemake exports them for one thread: the bits of a BLAS result depend on the number of threads.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1"}


def job_of(function):
    """The job of a script that was started from a shell; ends the process where there is none.

    Parameters
    ----------
    function : callable
        Entry function of the script ``scripts/<id>/<script>.py``.

    Returns
    -------
    snakemake.script.Snakemake
        Its log is empty: what the job says goes to the terminal.
    """
    script = Path(function.__code__.co_filename).resolve()
    options = _parser(script).parse_args()
    if any(os.environ.get(name) != value for name, value in THREADS.items()):
        # Libraries read these when they are loaded, which has happened: start again.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **THREADS})
    root = next(folder for folder in script.parents if (folder / "Snakefile").exists())
    os.chdir(root)
    try:
        hold(".snakemake/build.lock")
        job = _job(f"{script.parent.name}_{script.stem}", options)
    except (BlockingIOError, LookupError, ValueError) as error:
        sys.exit(str(error))
    if missing := [path for path in job.input if not Path(path).exists()]:
        sys.exit(f"missing {', '.join(missing)}: build it first:\n"
                 f"  snakemake --config scale={options.scale} -- {' '.join(missing)}")  # fmt: skip
    atexit.register(_tell, list(job.output))
    return job


def _parser(script):
    parser = argparse.ArgumentParser(prog=f"python scripts/{script.parent.name}/{script.name}", description=__doc__)
    parser.add_argument("--scale", required=True, choices=SCALES)
    parser.add_argument("--seed", type=int, help="root seed instead of that of config/config.yaml")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), help="instead of that of config/config.yaml")
    parser.add_argument(
        "wildcards", nargs="*", metavar="name=value", help="what the rule is repeated over, for example dataset=digits"
    )
    return parser


def _job(rule_name, options):
    """Build the job of a rule without running anything."""
    from snakemake.api import (
        ConfigSettings,
        DAGSettings,
        OutputSettings,
        ResourceSettings,
        StorageSettings,
        WorkflowSettings,
    )
    from snakemake.dag import DAG
    from snakemake.exceptions import WorkflowError
    from snakemake.jobs import Job
    from snakemake.logging import LoggerManager, logger
    from snakemake.script import Snakemake
    from snakemake.workflow import Workflow

    # Without the name of a block a job takes everything.
    wildcards = {"scale": options.scale, "block": ""} | dict(pair.split("=", 1) for pair in options.wildcards)
    overrides = {"scale": options.scale, "seed": options.seed, "device": options.device}
    workflow = Workflow(
        ConfigSettings(config={key: value for key, value in overrides.items() if value is not None}),
        ResourceSettings(),
        WorkflowSettings(),
        LoggerManager(logger, OutputSettings()),
        StorageSettings(),
        DAGSettings(rerun_triggers=[]),
        storage_provider_settings={},
    )
    try:
        workflow.include("Snakefile")
        workflow.global_resources = {}
        rule = workflow.get_rule(rule_name)
    except WorkflowError as error:
        raise ValueError(f"{rule_name}: {error}") from None
    if missing := sorted(set(rule.wildcard_names) - set(wildcards)):
        raise ValueError(f"{rule_name} is repeated over {', '.join(missing)}: add {missing[0]}=…")
    job = Job(rule, DAG(workflow, rules=[rule]), {name: wildcards[name] for name in rule.wildcard_names})
    prepared = Snakemake(
        job.input, job.output, job.params, job.wildcards, 1, job.resources, job.log, workflow.config, rule_name, None
    )
    prepared.log = []
    return prepared


def _tell(outputs):
    for path in map(Path, outputs):
        if path.exists():
            print(f"wrote {path} ({path.stat().st_size:,} bytes)")
