"""The words of a rules.smk: `compute`, `reads`, `each`, `figure`."""

import re
from dataclasses import dataclass, field

from convexify_workflow.blocks import PATTERN


@dataclass(frozen=True)
class Each:
    """One table for each entry of a setting; see `each`."""

    pattern: str
    section: str
    key: str

    @property
    def wildcard(self):
        """Name in braces in the pattern."""
        return re.search(r"{(\w+)}", self.pattern)[1]

    def expand(self, settings):
        """The pattern filled in for every entry of the setting, at the scale of ``settings``."""
        return [self.pattern.format(**{self.wildcard: name}) for name in self.values(settings)]

    def values(self, settings):
        """The values of the wildcard, at the scale of ``settings``."""
        entries = settings[self.section][self.key]
        entries = entries if isinstance(entries, list) else [entries]
        return [entry["name"] if isinstance(entry, dict) else entry for entry in entries]


def each(pattern, setting):
    """One table (or figure) for each entry of a setting.

    Parameters
    ----------
    pattern : str
        Name with one wildcard in braces, ``"real_{dataset}"``.
    setting : str
        ``"section.key"``, a list of names, of mappings with a ``name``, or a single name.
    """
    section, _, key = setting.partition(".")
    return Each(pattern, section, key)


@dataclass(frozen=True)
class Reads:
    """Tables by argument name, and the sections of the settings, that a job reads."""

    tables: dict = field(default_factory=dict)
    sections: tuple = ()


def reads(*names, settings=(), **renamed):
    """Tables that a job reads.

    Parameters
    ----------
    *names : str
        Tables whose argument in the entry function has the table's name.
    settings : sequence of str
        Sections of the settings that are offered to the function and its caption beside ``shared``.
    **renamed : str or Each
        Argument name to table, or to one table for each entry of a setting.
    """
    return Reads(dict(zip(names, names, strict=True)) | renamed, tuple(settings))


@dataclass(frozen=True)
class Figure:
    """One figure, or one for each entry of a setting when ``over`` is given."""

    name: str
    label: str
    reads: Reads
    over: Each | None = None

    def names(self, settings):
        """Names of the files without extension, at the scale of ``settings``."""
        return self.over.expand(settings) if self.over else [self.name]

    @property
    def file(self):
        """Name of the files without extension, wildcard in braces."""
        return self.over.pattern if self.over else self.name


@dataclass(frozen=True)
class Compute:
    """One compute job, or one for each value of the wildcard in the tables that it writes; see `compute`."""

    name: str
    message: str
    writes: tuple
    reads: Reads = field(default_factory=Reads)
    data: object = None
    sections: tuple = ()
    params: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    mem_mb: object = 1500
    runtime: object = 30
    #: From the experiment's ``cluster.yaml``: settings along which the work is divided, and by scale the number of
    #: blocks along each, and minutes, megabytes and threads.
    split: tuple = ()
    threads: int = 1
    counts: dict = field(default_factory=dict)
    amounts: dict = field(default_factory=dict)
    work: object = None

    @property
    def wildcards(self):
        """Names in braces in the tables that the job writes."""
        return re.findall(r"{(\w+)}", self.writes[0])

    @property
    def log_name(self):
        """Name of the job's log without extension: that of its script, the wildcards in braces, the block."""
        name = "_".join([f"compute_{self.name}", *(f"{{{name}}}" for name in self.wildcards)])
        return f"{name}{{block}}" if self.split else name

    @property
    def label(self):
        """What a progress line adds to the message: the values of the wildcards."""
        named = "".join(f" ({{wildcards.{name}}})" for name in self.wildcards)
        return f"{named} {{wildcards.block}}" if self.split else named

    @property
    def constraints(self):
        """Patterns of the wildcards: where there may be a block, no other takes its name for its own."""
        return dict.fromkeys(self.wildcards, "[^./]+") | {"block": PATTERN} if self.split else {}

    def resource(self, name):
        """Function of the wildcards: ``runtime`` in minutes, ``mem_mb`` or ``threads``, for this scale or for all."""

        def amount(wildcards):
            declared = getattr(self, name)
            declared = declared(wildcards) if callable(declared) else declared
            return self.amounts.get(wildcards.scale, {}).get(name, declared)

        return amount

    def writes_table(self, name):
        """Whether ``name``, with or without braces, is one of the job's tables."""
        patterns = (re.sub(r"\\{\w+\\}", "[^./]+", re.escape(table)) for table in self.writes)
        return name in self.writes or any(re.fullmatch(pattern, name) for pattern in patterns)


def compute(message, *, writes, reads=Reads(), data=None, settings=(), params=(), files=(), mem_mb=1500, runtime=30):
    """A compute job: ``scripts/<id>/compute_<name>.py``.

    Parameters
    ----------
    message : str
        What the job does, in the words of a progress line.
    writes : sequence of str
        Tables that the script returns, each under its name without wildcard: ``"runs_{source}"`` is ``runs``.
    reads : Reads
        Tables of other jobs.
    data : str or callable, optional
        Prepared data, offered as ``data``: the setting ``"section.key"`` that names data sets, a path, or a function of
        the wildcards.
    settings : sequence of str
        Sections of the settings that the job is given beside ``shared``; an edit of any other does not repeat it.
    params : dict, optional
        Name to function of the wildcards: what else the script is offered.
    files : dict, optional
        Name to path of outputs that are no tables of results.
    mem_mb, runtime : int or callable
        Megabytes and minutes where the experiment's ``cluster.yaml`` names none; a second attempt is given twice as
        much. What divides the work of a job among several stands there as well.
    """
    return Compute("", message, tuple(writes), reads, data, tuple(settings), dict(params), dict(files), mem_mb, runtime)


def figure(label, what, over=None):
    """A figure for `Experiment`: its label in the report, what it reads, and the setting it is repeated over."""
    return label, what, over
