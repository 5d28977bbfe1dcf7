"""What an experiment declares in its rules.smk: its title, its compute jobs, what its metrics read, its figures.

``workflow/rules/experiments.smk`` turns a declaration into one rule for each job, one for the metrics and one for each
figure.
"""

import re
from dataclasses import replace
from types import SimpleNamespace

from convexify_workflow.blocks import block_names, taken_by
from convexify_workflow.cluster import with_demands
from convexify_workflow.declarations import Each, Figure
from convexify_workflow.settings import select


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
        if isinstance(table, str) and not self._divided(table):
            return f"results/{{scale}}/{self.name}/{_file(table)}"

        def paths(wildcards):
            scale = wildcards.scale
            names = table.expand(self.settings[scale]) if isinstance(table, Each) else [_filled(table, wildcards)]
            found = [f"results/{scale}/{self.name}/{file}" for name in names for file in self._files_of(name, scale)]
            return found[0] if isinstance(table, str) and len(found) == 1 else found

        return paths

    def gathered(self, what):
        """Keyword for ``params:``: names of the arguments that are one table, whether it was divided or not."""
        names = [name for name, table in what.tables.items() if isinstance(table, str) and self._divided(table)]
        return {"gathered": names} if names else {}

    def outputs(self, job):
        """Keywords for ``output:`` of a compute job."""
        block = "{block}" if job.split else ""
        tables = {re.sub(r"(_{\w+})|(\.\w+)$", "", table): f"results/{{scale}}/{self.name}/{_file(table, block)}"
                  for table in job.writes}  # fmt: skip
        return tables | job.files

    def share_param(self, job):
        """Keyword for ``params:`` of a compute job: what its block takes, a function of the wildcards."""
        if not job.split:
            return {}
        return {"share": lambda wildcards: self.share_of(job, wildcards.scale, wildcards.block)}

    def share_of(self, job, scale, block):
        """What a block of a job takes, by the block's name; None where no scale divides the job's work."""
        return taken_by(block, self._split_values(job, scale)) if job.split else None

    def blocks(self, job, scale):
        """Names of the blocks of a job at a scale."""
        return block_names(job.counts[scale]) if scale in job.counts else [""]

    def data_of(self, job):
        """Keyword for ``input:`` of a compute job: its prepared data, a path or a function of the wildcards."""
        if job.data is None:
            return {}
        if callable(job.data) or "/" in job.data:
            return {"data": job.data}

        def paths(wildcards):
            named = self._value(job.data, wildcards.scale)
            if isinstance(named, str):  # one name: one path
                return f"data/prepared/{named}.npz"
            if job.data in job.split:
                key = job.data.partition(".")[2]
                named = self.share_of(job, wildcards.scale, wildcards.block)[key]
            return [f"data/prepared/{dataset}.npz" for dataset in named if dataset != "synthetic"]

        return {"data": paths}

    def _value(self, name, scale):
        section, _, key = name.partition(".")
        return self.settings[scale][section][key]

    def _split_values(self, job, scale):
        return {name.partition(".")[2]: self._value(name, scale) for name in job.split}

    def _divided(self, table):
        return any(job.split and job.writes_table(table) for job in self.jobs.values())

    def _files_of(self, name, scale):
        """Files of a table at a scale: one, or one for each block of the job that writes it."""
        writers = [job for job in self.jobs.values() if job.writes_table(name)]
        # A name without braces may fit the pattern of another job: its own comes first.
        writers.sort(key=lambda job: name not in job.writes)
        return [_file(name, block) for block in (self.blocks(writers[0], scale) if writers else [""])]

    def figure_paths(self, scale):
        """Paths of the figures at a scale."""
        names = [name for figure in self.figures.values() for name in figure.names(self.settings[scale])]
        return [f"reports/{scale}/{self.name}/{name}.png" for name in names]

    def describe(self, scale):
        """What the site shows at a scale: ``name, title, settings, figures, tables, blocks`` of tables, ``rules``."""
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
            "blocks": self._blocks_of(tables, scale),
            "rules": self._rules(scale),
        }

    def _blocks_of(self, tables, scale):
        """Path of each table that is divided at this scale to the paths of its blocks, in order."""
        folder = f"results/{scale}/{self.name}"
        found = {path: self._files_of(path[len(folder) + 1 :].removesuffix(".parquet"), scale) for path in tables}
        return {path: [f"{folder}/{file}" for file in files] for path, files in found.items() if len(files) > 1}

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
        paths = paths(SimpleNamespace(scale=scale, block="")) if callable(paths) else paths
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


def _file(table, block=""):
    stem, dot, extension = table.rpartition(".")
    return f"{stem}{block}.{extension}" if dot else f"{table}{block}.parquet"


def _filled(table, wildcards):
    return re.sub(r"{(\w+)}", lambda found: getattr(wildcards, found[1]), table)


def declare(name, title, jobs, metrics, figures, settings, cluster=()):
    """`Experiment` from the arguments of ``experiment(...)`` in a rules.smk and the content of its ``cluster.yaml``."""
    cluster = dict(cluster)
    if unknown := sorted(cluster.keys() - jobs.keys()):
        raise ValueError(f"expected jobs among {', '.join(jobs)}; got {', '.join(unknown)}")
    named = {key: replace(job, name=key) for key, job in jobs.items()}
    jobs = {key: with_demands(job, cluster.get(key, {}), settings) for key, job in named.items()}
    figures = {key: Figure(key, *value) for key, value in figures.items()}
    return Experiment(name, title, jobs, metrics, figures, settings)
