"""What a build would take: jobs, core-hours, memory and GPU-hours, each with what it rests on.

Three kinds of numbers, never mixed: *declared* minutes and megabytes, an upper bound since a job that needs more is
stopped; *measured* seconds, where this scale was built here before, or where one job of the kind was run at this scale
once and is in ``reports/full_size/jobs.csv``; *estimates*, seconds of a benchmark file of an earlier scale carried to
this one by the ``work`` that ``cluster.yaml`` declares. What has none is unknown.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from convexify_workflow.blocks import PATTERN
from convexify_workflow.cluster import work_of
from convexify_workflow.settings import SCALES

#: Cores of the machine that is planned for: more than any job asks, else Snakemake would give it fewer.
CORES = 1024
#: Columns of the table of `estimated`; hours are core-hours.
COLUMNS = [
    "rule", "wildcards", "block", "kind", "threads", "declared_hours", "mem_mb", "device", "estimated_hours", "basis",
]  # fmt: skip


@dataclass(frozen=True)
class PlannedJob:
    """One job of a build."""

    rule: str
    wildcards: dict
    benchmark: str
    minutes: int
    mem_mb: int
    threads: int = 1
    output: str = ""  # the first one
    needs: tuple = ()  # names of the rules that make its inputs


def jobs_of_build(scale):
    """Every job of a build from nothing, as Snakemake plans it, and the declared experiments.

    Parameters
    ----------
    scale : str

    Returns
    -------
    list of PlannedJob
    dict of str to Experiment
    """
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings

    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        read = api.workflow(
            resource_settings=ResourceSettings(cores=CORES),
            config_settings=ConfigSettings(config={"scale": scale}),
            snakefile=Path("Snakefile"),
        )
        read.dag(DAGSettings(forceall=True)).execute_workflow(executor="dryrun")
        workflow = read._workflow
        jobs = [
            PlannedJob(
                job.rule.name,
                dict(job.wildcards_dict),
                str(job.benchmark or ""),
                int(job.resources.get("runtime", 0)),
                int(job.resources.get("mem_mb", 0)),
                int(job.threads),
                str(next(iter(job.output), "")),
                tuple(sorted({needed.rule.name for needed in workflow.dag.dependencies[job]})),
            )
            for job in workflow.dag.jobs
        ]
        return jobs, workflow.globals["DECLARED"]


def estimated(jobs, studies, scale, folder="benchmarks", scripts="scripts", recorded=None):
    """A row for each job: what is declared, what is estimated, and what the estimate rests on.

    Parameters
    ----------
    jobs : list of PlannedJob
    studies : dict of str to Experiment
    scale : str
    folder : path
        Benchmark files, ``<scale>/<experiment>/compute_<job>.tsv``.
    scripts : path
        Of the entry functions, whose arguments tell whether they take a device.
    recorded : pandas.DataFrame, optional
        Jobs that were run at this scale once: columns ``rule, seconds, note`` and the job's ``wildcards`` as JSON.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`; ``estimated_hours`` is NaN and ``basis`` says why where nothing is known.
    """
    rows, tasks = [], _tasks(studies)
    for job in jobs:
        study, task = tasks.get(job.rule, (None, None))
        seconds, basis = _seconds_of(job, study, task, scale, Path(folder), recorded)
        rows.append(
            {
                "rule": job.rule,
                "wildcards": ", ".join(
                    value for name, value in job.wildcards.items() if name not in ("scale", "block") and value
                ),
                "block": job.wildcards.get("block", ""),
                "kind": "compute" if task else "other",
                "threads": job.threads,
                "declared_hours": job.minutes / 60 * job.threads,
                "mem_mb": job.mem_mb,
                "device": bool(task) and _takes_device(Path(scripts) / study.name / f"compute_{task.name}.py"),
                "estimated_hours": seconds / 3600,
                "basis": basis,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _tasks(studies):
    return {f"{study.name}_compute_{task.name}": (study, task) for study in studies.values() for task in
            study.jobs.values()}  # fmt: skip


def _seconds_of(job, study, task, scale, folder, recorded):
    own = folder.parent / job.benchmark if job.benchmark else None
    if own and own.exists():
        return _seconds(own), f"measured at {scale}"
    if task is None:
        return float("nan"), "not a compute job"
    work = work_of(
        task, study.settings[scale], job.wildcards, share=study.share_of(task, scale, job.wildcards.get("block", ""))
    )
    once = _recorded(job, study, task, scale, recorded, work)
    if once is not None:
        return once, f"one job measured at {scale}"
    found = _attempt(job, recorded, scale) or "no benchmark of an earlier scale"
    for earlier in reversed(SCALES[: SCALES.index(scale)]):
        measured = _benchmarks(study, task, earlier, folder / earlier / study.name)
        if not measured:
            continue
        found = f"benchmark at {earlier}, no declared work"
        if work is None:
            continue
        same = {key: value for key, value in job.wildcards.items() if key not in ("scale", "block")}
        alike = [entry for entry in measured if entry[0] == same] or measured
        past = sum(work_of(task, study.settings[earlier], {**some, "scale": earlier}) for some, _ in alike)
        return work * sum(seconds for _, seconds in alike) / past, f"from {earlier}, by declared work"
    return float("nan"), found


def _recorded(job, study, task, scale, recorded, work):
    """Seconds of the one job of this kind that was run, times this job's share of its work; None if there is none."""
    rows = None if recorded is None else recorded[(recorded["rule"] == job.rule) & recorded["seconds"].notna()]
    if rows is None or not len(rows):
        return None
    row = rows.iloc[0]
    measured = json.loads(row["wildcards"])
    past = work_of(task, study.settings[scale], measured, share=study.share_of(task, scale, measured.get("block", "")))
    return float(row["seconds"]) * (work / past if work and past else 1.0)


def _attempt(job, recorded, scale):
    """What is recorded of the one job of this kind that was run and gave no time; None if there is nothing."""
    rows = None if recorded is None else recorded[(recorded["rule"] == job.rule) & recorded["seconds"].isna()]
    return None if rows is None or not len(rows) else f"one job at {scale}: {rows.iloc[0]['note']}"


def _benchmarks(study, task, scale, folder):
    """Wildcards and seconds of what a job took at a scale, all blocks together."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^./]+)", re.escape(task.log_name.removesuffix("{block}")))
    entries = {}
    for path in sorted(folder.glob(f"compute_{task.name}*.tsv")):
        found = re.fullmatch(pattern + PATTERN, path.name.removesuffix(".tsv"))
        if found and _is_valid(study, task, scale, found.groupdict()):
            key = tuple(found.groupdict().items())
            entries[key] = entries.get(key, 0.0) + _seconds(path)
    return [(dict(key), seconds) for key, seconds in entries.items()]


def _is_valid(study, task, scale, wildcards):
    """Whether a file belongs to this scale's settings, and not to others that it had before."""
    try:
        work_of(task, study.settings[scale], {**wildcards, "scale": scale})
    except (KeyError, StopIteration):
        return False
    return True


def _seconds(path):
    return float(pd.read_csv(path, sep="\t", na_values="-")["s"].mean())


def _takes_device(script):
    if not script.exists():
        return False
    found = re.search(rf"^def {script.stem}\(([^)]*)\)", script.read_text(encoding="utf-8"), re.MULTILINE)
    return bool(found) and "device" in re.findall(r"\w+", found[1])


def told(table, scale, gpu=None):
    """The plan in words and numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        As `estimated` returns it.
    scale : str
    gpu : pandas.DataFrame, optional
        Content of ``reports/benchmarks/gpu.csv``.
    """
    compute = table[table["kind"] == "compute"]
    known, unknown = compute[compute["estimated_hours"].notna()], compute[compute["estimated_hours"].isna()]
    largest = table.loc[table["mem_mb"].idxmax()]
    lines = [
        f"Plan of a build from nothing at the scale {scale}: {len(table)} jobs, {len(compute)} of them compute, "
        f"{(table['threads'] == 1).sum()} on one thread.",
        f"Declared (an upper bound, more is stopped): {table['declared_hours'].sum():,.0f} core-hours; the longest job "
        f"{(table['declared_hours'] / table['threads']).max():g} h; the largest {largest['mem_mb']:,} MB "
        f"({largest['rule']}).",
        f"Estimated (benchmarks carried by declared work, start of Python included): "
        f"{known['estimated_hours'].sum():,.1f} core-hours for {len(known)} compute jobs; these declare "
        f"{known['declared_hours'].sum():,.0f}.",
        f"Unknown: {len(unknown)} compute jobs, which declare {unknown['declared_hours'].sum():,.0f} core-hours"
        + _named(unknown),
        _gpu_line(compute, gpu),
        "",
        _by_rule(compute),
    ]
    longer = known[known["estimated_hours"] > known["declared_hours"]]
    if len(longer):
        lines += ["", f"Estimated to be longer than declared: {len(longer)} jobs" + _named(longer)]
    return "\n".join(lines)


def _named(part):
    counts = part.groupby(["rule", "basis"], sort=False).size()
    named = [f"{rule} ×{count} ({basis})" for (rule, basis), count in counts.items()]
    return f": {'; '.join(named)}." if named else "."


def _gpu_line(compute, gpu):
    offered = compute[compute["device"]]
    line = (f"GPU: {len(offered)} compute jobs take a device; with device=cuda at most "
            f"{(offered['declared_hours'] / offered['threads']).sum():,.0f} GPU-hours (declared); ")  # fmt: skip
    if gpu is None:
        return line + "estimate unknown: no reports/benchmarks/gpu.csv (make bench-gpu on a machine with CUDA)."
    hours = offered["estimated_hours"].sum()
    fastest, slowest = hours / gpu["ratio"].max(), hours / gpu["ratio"].min()
    return line + (f"estimated {fastest:,.1f} to {slowest:,.1f} for those of known time, by the largest and the "
                   f"smallest ratio of reports/benchmarks/gpu.csv ({gpu['device'].iloc[0]}).")  # fmt: skip


def _by_rule(compute):
    rows = [
        {
            "compute job": rule.replace("_compute_", " "),
            "jobs": len(part),
            "threads": part["threads"].max(),
            "declared h each": (part["declared_hours"] / part["threads"]).max(),
            "MB": part["mem_mb"].max(),
            "estimated core-h, all": part["estimated_hours"].sum(min_count=len(part)),
            "most": part["estimated_hours"].max(),
            "basis": "; ".join(sorted(set(part["basis"]))),
        }
        for rule, part in compute.groupby("rule", sort=True)
    ]
    formats = {"estimated core-h, all": "{:.2f}".format, "most": "{:.2f}".format, "declared h each": "{:g}".format}
    return pd.DataFrame(rows).to_string(index=False, na_rep="unknown", formatters={
        name: lambda value, form=form: "unknown" if pd.isna(value) else form(value) for name, form in formats.items()
    })  # fmt: skip
