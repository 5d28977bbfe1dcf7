"""What an experiment declares in its rules.smk: its title, the tables its metrics read, and its figures.

``workflow/rules/experiments.smk`` turns a declaration into one rule for the metrics and one for each figure.
"""

import re
from dataclasses import dataclass, field


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
        entries = settings[self.section][self.key]
        entries = entries if isinstance(entries, list) else [entries]
        names = [entry["name"] if isinstance(entry, dict) else entry for entry in entries]
        return [self.pattern.format(**{self.wildcard: name}) for name in names]


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


class Experiment:
    """An experiment as its rules.smk declares it.

    Parameters
    ----------
    name : str
        Id: the name of its two folders.
    title : str
        What the report calls it.
    metrics : Reads
        What ``scripts/<id>/metrics.py`` reads.
    figures : dict of str to Figure
        Figure by name: ``scripts/<id>/figure_<name>.py`` draws it, ``captions/<name>.rst`` explains it.
    settings : dict of str to dict
        Scale to section to settings, as `convexify_workflow.settings.load_settings` returns them.
    """

    def __init__(self, name, title, metrics, figures, settings):
        self.name, self.title, self.metrics, self.settings = name, title, metrics, settings
        self.figures = figures

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

    def figure_paths(self, scale):
        """Paths of the figures at a scale."""
        names = [name for figure in self.figures.values() for name in figure.names(self.settings[scale])]
        return [f"reports/{scale}/{self.name}/{name}.png" for name in names]

    def metrics_path(self, scale):
        """Path of the metrics at a scale."""
        return f"results/{scale}/{self.name}/metrics.csv"


def _file(table):
    return table if "." in table else f"{table}.parquet"


def figure(label, what, over=None):
    """A figure for `Experiment`: its label in the report, what it reads, and the setting it is repeated over."""
    return label, what, over


def declare(name, title, metrics, figures, settings):
    """`Experiment` from the arguments of ``experiment(...)`` in a rules.smk."""
    return Experiment(name, title, metrics, {key: Figure(key, *value) for key, value in figures.items()}, settings)
