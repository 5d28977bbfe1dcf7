"""What an experiment declares in its rules.smk: its title, its compute jobs, what its metrics read, its figures.

``workflow/rules/experiments.smk`` turns a declaration into one rule for each job, one for the metrics and one for each
figure.
"""

import re
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from convexify_workflow.settings import select


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

    @property
    def wildcards(self):
        """Names in braces in the tables that the job writes."""
        return re.findall(r"{(\w+)}", self.writes[0])

    @property
    def log_name(self):
        """Name of the job's log without extension: that of its script, and the wildcards in braces."""
        return "_".join([f"compute_{self.name}", *(f"{{{name}}}" for name in self.wildcards)])


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
        Megabytes and minutes.
    """
    return Compute("", message, tuple(writes), reads, data, tuple(settings), dict(params), dict(files), mem_mb, runtime)


class Experiment:
    """An experiment as its rules.smk declares it.

    Parameters
    ----------
    name : str
        Id: the name of its two folders.
    title : str
        What the report calls it.
    jobs : dict of str to Compute
        Compute job by name: ``scripts/<id>/compute_<name>.py``.
    metrics : Reads
        What ``scripts/<id>/metrics.py`` reads.
    figures : dict of str to Figure
        Figure by name: ``scripts/<id>/figure_<name>.py`` draws it, ``captions/<name>.rst`` explains it.
    settings : dict of str to dict
        Scale to section to settings, as `convexify_workflow.settings.load_settings` returns them.
    """

    def __init__(self, name, title, jobs, metrics, figures, settings):
        self.name, self.title, self.settings = name, title, settings
        self.jobs, self.metrics, self.figures = jobs, metrics, figures

    def inputs(self, what):
        """Keywords for ``input:``: a path with ``{scale}`` for each table, or a function of the wildcards."""
        return {argument: self._input(table) for argument, table in what.tables.items()}

    def _input(self, table):
        if isinstance(table, str):
            return f"results/{{scale}}/{self.name}/{_file(table)}"
        return lambda wildcards: [
            f"results/{wildcards.scale}/{self.name}/{_file(name)}"
            for name in table.expand(self.settings[wildcards.scale])
        ]

    def outputs(self, job):
        """Keywords for ``output:`` of a compute job."""
        tables = {re.sub(r"(_{\w+})|(\.\w+)$", "", table): f"results/{{scale}}/{self.name}/{_file(table)}"
                  for table in job.writes}  # fmt: skip
        return tables | job.files

    def data_of(self, job):
        """Keyword for ``input:`` of a compute job: its prepared data, a path or a function of the wildcards."""
        if job.data is None:
            return {}
        if callable(job.data) or "/" in job.data:
            return {"data": job.data}
        section, _, key = job.data.partition(".")

        def paths(wildcards):
            named = self.settings[wildcards.scale][section][key]
            if isinstance(named, str):  # one name: one path
                return f"data/prepared/{named}.npz"
            return [f"data/prepared/{dataset}.npz" for dataset in named if dataset != "synthetic"]

        return {"data": paths}

    def figure_paths(self, scale):
        """Paths of the figures at a scale."""
        names = [name for figure in self.figures.values() for name in figure.names(self.settings[scale])]
        return [f"reports/{scale}/{self.name}/{name}.png" for name in names]

    def describe(self, scale):
        """What the site shows of the experiment at a scale: ``name, title, settings, figures, tables, rules``."""
        settings, figures = self.settings[scale], []
        for drawing in self.figures.values():
            over = drawing.over
            for wildcards in [{over.wildcard: value} for value in over.values(settings)] if over else [{}]:
                file = drawing.file.format(**wildcards)
                figures.append(
                    {
                        "name": drawing.name,
                        "file": file,
                        "label": drawing.label.format(**wildcards),
                        "png": f"reports/{scale}/{self.name}/{file}.png",
                        "caption": f"workflow/experiments/{self.name}/captions/{drawing.name}.rst",
                        "settings": select(settings, drawing.reads.sections),
                        "wildcards": wildcards,
                        "tables": self._paths(drawing.reads, scale, wildcards),
                    }
                )
        read = {path for drawing in figures for path in drawing["tables"]} | set(self._paths(self.metrics, scale, {}))
        tables = [self.metrics_path(scale), *sorted(read)]
        return {
            "name": self.name,
            "title": self.title,
            "settings": settings,
            "figures": figures,
            "tables": tables,
            "rules": self._rules(scale),
        }

    def _rules(self, scale):
        """Name of every rule with what it reads and writes; a wildcard stays in its braces."""
        rules = [
            (f"compute_{job.name}", [*self._data_read(job, scale), *self._files(job.reads, scale)],
             list(map(_file, job.writes)))
            for job in self.jobs.values()
        ]  # fmt: skip
        rules.append(("metrics", self._files(self.metrics, scale), ["metrics.csv"]))
        return rules + [
            (f"figure_{drawing.name}", self._files(drawing.reads, scale), [f"{drawing.file}.png"])
            for drawing in self.figures.values()
        ]

    def _files(self, what, scale):
        """Tables of a `Reads`: one name for a table that is repeated, all names where a setting names the tables."""
        names = []
        for table in what.tables.values():
            if isinstance(table, Each):
                whole = table.pattern == f"{{{table.wildcard}}}"
                names += table.expand(self.settings[scale]) if whole else [table.pattern]
            else:
                names.append(table)
        return list(map(_file, names))

    def _data_read(self, job, scale):
        if callable(job.data):
            return ["data/prepared/<set>.npz"]
        paths = self.data_of(job).get("data", [])
        paths = paths(SimpleNamespace(scale=scale)) if callable(paths) else paths
        return [paths] if isinstance(paths, str) else paths

    def _paths(self, what, scale, wildcards):
        """Paths of the tables that are read, for these values of the wildcards."""
        names = [
            name
            for table in what.tables.values()
            for name in (table.expand(self.settings[scale]) if isinstance(table, Each) else [table.format(**wildcards)])
        ]
        return [f"results/{scale}/{self.name}/{_file(name)}" for name in names]

    def metrics_path(self, scale):
        """Path of the metrics at a scale."""
        return f"results/{scale}/{self.name}/metrics.csv"


def _file(table):
    return table if "." in table else f"{table}.parquet"


def figure(label, what, over=None):
    """A figure for `Experiment`: its label in the report, what it reads, and the setting it is repeated over."""
    return label, what, over


def declare(name, title, jobs, metrics, figures, settings):
    """`Experiment` from the arguments of ``experiment(...)`` in a rules.smk."""
    jobs = {key: replace(job, name=key) for key, job in jobs.items()}
    figures = {key: Figure(key, *value) for key, value in figures.items()}
    return Experiment(name, title, jobs, metrics, figures, settings)
