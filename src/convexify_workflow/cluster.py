"""How the jobs of an experiment share a cluster: its ``cluster.yaml``, which is optional and changes no value.

A job's entry may have, for any scale, ``blocks`` (setting to number of jobs that its entries are divided among),
``runtime`` in minutes, ``mem_mb`` and ``threads`` of each block, and for all scales ``work``: an expression that its
time is proportional to. In it stand the job's settings by name, narrowed to what a block takes; its wildcards and
``params``; and ``taken``, the entries that are taken of each setting along which the work is divided.
"""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from jsonschema import Draft202012Validator

from convexify_workflow.blocks import entries_of
from convexify_workflow.settings import SCALES, select
from convexify_workflow.yaml_files import load_yaml

_COUNT = {"type": "integer", "minimum": 1}
_AT_SCALE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "blocks": {"type": "object", "minProperties": 1, "additionalProperties": _COUNT},
        "runtime": _COUNT,
        "mem_mb": _COUNT,
        "threads": _COUNT,
    },
}
_SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"work": {"type": ["string", "number"]}} | dict.fromkeys(SCALES, _AT_SCALE),
    },
}
#: What an expression of work may call.
_FUNCTIONS = {"len": len, "max": max, "min": min, "sum": sum}


def load_cluster(path):
    """Content of a ``cluster.yaml``; empty where there is none.

    Raises
    ------
    ValueError
        In one line that names file and key.
    """
    if not Path(path).exists():
        return {}
    content = load_yaml(path, dict)
    for error in Draft202012Validator(_SCHEMA).iter_errors(content):
        raise ValueError(f"{path}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
    return content


def with_demands(job, entry, settings):
    """A `Compute` that knows its entry of the ``cluster.yaml``.

    Parameters
    ----------
    job : Compute
    entry : dict
        As `load_cluster` returns it for one job.
    settings : dict of str to dict
        Scale to section to settings.

    Raises
    ------
    ValueError
        If two scales divide the work along different settings, or a setting is not offered to the job.

    Notes
    -----
    There are never more blocks than entries: a build may be given fewer of them.
    """
    at_scale = {scale: entry.get(scale, {}) for scale in SCALES}
    blocks = {
        scale: {_in_section(key, job.name): count for key, count in more["blocks"].items()}
        for scale, more in at_scale.items()
        if "blocks" in more
    }
    if len({tuple(counts) for counts in blocks.values()}) > 1:
        raise ValueError(f"{job.name}: expected blocks along the same settings, in the same order, at every scale")
    for scale, counts in blocks.items():
        for name, count in counts.items():
            section, _, key = name.partition(".")
            if section not in ("shared", *job.sections) or key not in settings[scale].get(section, {}):
                raise ValueError(f"{job.name}: {scale}: blocks: {name} is none of the job's settings")
            counts[name] = min(count, len(entries_of(settings[scale][section][key])))
    return replace(
        job,
        split=tuple(next(iter(blocks.values()), ())),
        counts={scale: list(counts.values()) for scale, counts in blocks.items()},
        amounts={scale: {key: more[key] for key in ("runtime", "mem_mb", "threads") if key in more}
                 for scale, more in at_scale.items()},
        work=entry.get("work"),
    )  # fmt: skip


def work_of(job, settings, wildcards, share=None):
    """What the time of a job is proportional to; None where nothing is declared.

    Parameters
    ----------
    job : Compute
    settings : dict of str to dict
        Section to settings, at one scale.
    wildcards : dict
        Of the job, with its scale.
    share : dict, optional
        What one block takes, as `convexify_workflow.blocks.taken_by` returns it; by default all blocks together.

    Returns
    -------
    float or None
    """
    if job.work is None:
        return None
    params = {name: function(SimpleNamespace(**wildcards)) for name, function in job.params.items()}
    known = select(settings, job.sections)
    taken = {name.partition(".")[2]: entries_of(known[name.partition(".")[2]]) for name in job.split}
    taken |= {key: entries for key, entries in (share or {}).items() if key in taken}
    narrowed = {key: len(entries) if isinstance(known[key], int) else entries for key, entries in taken.items()}
    names = known | narrowed | wildcards | params | {"taken": taken}
    return float(eval(str(job.work), {"__builtins__": {}, **_FUNCTIONS, **names}))


def growing(amount):
    """Resource that grows by the attempt: what ended for want of memory or time is given more."""
    return lambda wildcards, attempt: attempt * (amount(wildcards) if callable(amount) else amount)


def _in_section(key, section):
    return key if "." in key else f"{section}.{key}"
