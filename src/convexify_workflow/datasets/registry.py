"""What is known about every data set: shape, licence, hashes and the ordered list of sources, read from a registry."""

from dataclasses import dataclass, field, fields

from convexify_workflow.datasets.errors import DatasetError
from convexify_workflow.yaml_files import load_yaml

KINDS = ("http", "npm", "apt", "bundled")
READERS = ("idx", "cifar", "rda", "delimited")
TASKS = ("classification", "regression")


@dataclass(frozen=True)
class Form:
    """One set of files that holds a data set completely, and how they are read.

    Attributes
    ----------
    name : str
    reader : str
        One of ``READERS``.
    files : dict of str to (str or None)
        File name to the sha256 of its bytes. ``None`` where only the content is fixed: such a file is accepted if the
        arrays read from it have the hashes of the entry.
    options : dict
        Keyword arguments of the reader.
    """

    name: str
    reader: str
    files: dict
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """One place that serves the files of a form.

    Attributes
    ----------
    kind : str
        One of ``KINDS``.
    form : str
        Name of the form that the source serves.
    members : dict of str to str
        File name to its place: below ``address`` (http), or inside the archive. ``.gz`` places are decompressed.
    address : str
        http only: an archive, or with ``archive: false`` what every member's place is appended to.
    archive : bool
        http only: whether ``address`` is a tar archive.
    package, version : str
        npm and apt only.
    sha256 : str
        Of the archive. The files decide; a difference here is only logged.
    decode : str
        Name of the step that turns the members into the files of the form, where they are not these files already.
    verified : str
        When the source was last seen to serve the right content; empty where it never was.
    """

    kind: str
    form: str = ""
    members: dict = field(default_factory=dict)
    address: str = ""
    archive: bool = False
    package: str = ""
    version: str = ""
    sha256: str = ""
    decode: str = ""
    verified: str = ""

    def __str__(self):
        return f"{self.kind} {self.address or f'{self.package} {self.version}'}".strip()


@dataclass(frozen=True)
class Entry:
    """A data set of the registry; see ``data/README.md`` for the keys."""

    name: str
    title: str
    task: str
    licence: str
    citation: str
    shape: tuple
    arrays: dict
    forms: dict
    sources: tuple
    test_shape: tuple | None = None
    image_shape: tuple | None = None
    classes: tuple | None = None
    split: dict = field(default_factory=lambda: {"fraction": 0.2})
    notes: str = ""

    @property
    def bundled(self):
        """Whether scikit-learn carries the data set, so that nothing is ever fetched."""
        return any(source.kind == "bundled" for source in self.sources)


def read_registry(sources):
    """Registry of data sets from a YAML file or from the mapping that it holds.

    Parameters
    ----------
    sources : path or dict
        ``data/sources.yaml`` or a part of its content: name of a data set to its entry.

    Returns
    -------
    dict of str to Entry

    Raises
    ------
    DatasetError
        If an entry has an unknown key, lacks one, or names an unknown kind, reader, task or form.
    """
    if not isinstance(sources, dict):
        try:
            sources = load_yaml(sources, dict)
        except ValueError as error:
            raise DatasetError(f"sources: {error}") from None
    return {name: _entry(name, content) for name, content in sources.items()}


def find(name, sources):
    """The entry ``name``; an unknown name is an error that lists the known ones."""
    if isinstance(sources, dict) and name in sources:
        return _entry(name, sources[name])
    registry = read_registry(sources)
    if name not in registry:
        raise DatasetError(f"name: no data set called {name!r}; known are {', '.join(sorted(registry))}")
    return registry[name]


def _entry(name, content):
    content = dict(_checked(Entry, name, {"name": name, "forms": {}, **_typed(name, content, dict)}))
    content["forms"] = {
        form: Form(
            **_checked(Form, f"{name}.forms.{form}", {"name": form, **_typed(f"{name}.forms.{form}", value, dict)})
        )
        for form, value in _typed(f"{name}.forms", content["forms"], dict).items()
    }
    content["sources"] = tuple(
        Source(**_checked(Source, f"{name}.sources", _typed(f"{name}.sources", value, dict)))
        for value in _typed(f"{name}.sources", content["sources"], list)
    )
    for key in ("shape", "test_shape", "image_shape", "classes"):
        if content.get(key) is not None:
            content[key] = tuple(_typed(f"{name}.{key}", content[key], list))
    entry = Entry(**content)
    _require(entry.task in TASKS, name, f"task {entry.task!r} is not one of {TASKS}")
    for form in entry.forms.values():
        _require(form.reader in READERS, name, f"reader {form.reader!r} is not one of {READERS}")
    for source in entry.sources:
        _require(source.kind in KINDS, name, f"kind {source.kind!r} is not one of {KINDS}")
        _require(source.kind == "bundled" or source.form in entry.forms, name, f"no form {source.form!r}")
    return entry


def _checked(kind, where, mapping):
    """The mapping itself, once its keys are the fields of a dataclass and none that has no default is missing."""
    allowed = {item.name for item in fields(kind)}
    unknown = sorted(mapping.keys() - allowed)
    _require(not unknown, where, f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(allowed))}")
    try:
        kind(**mapping)
    except TypeError as error:
        raise DatasetError(f"{where}: {error}") from None
    return mapping


def _typed(where, value, kind):
    expected = {dict: "mapping", list: "list"}[kind]
    _require(isinstance(value, kind), where, f"expected a {expected}, got {value!r}")
    return value


def _require(condition, where, message):
    if not condition:
        raise DatasetError(f"{where}: {message}")
