"""Settings: every value of every scale side by side in one file, checked before any job starts."""

import math
from pathlib import Path

from jsonschema import Draft202012Validator

from convexify_workflow.yaml_files import load_yaml

SCALES = ("smoke", "default", "paper")
DEVICES = ("auto", "cpu", "cuda")

CONFIG_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["scale", "seed", "device", "experiments", "settings", "proofs"],
    "properties": {
        "scale": {"enum": list(SCALES), "description": "smoke, default or paper"},
        "seed": {"type": "integer", "minimum": 0, "description": "root of every random stream"},
        "device": {"enum": list(DEVICES), "description": "where torch computes: auto, cpu or cuda"},
        "experiments": {
            "anyOf": [{"const": "all"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}],
            "description": "'all' or a non-empty list of experiment ids",
        },
        "settings": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "object"}},
            "description": "settings that differ in this build: experiment to section to key to value",
        },
        "proofs": {"type": "boolean", "description": "true or false: whether verify checks reports/proofs as well"},
    },
}


class SettingsError(ValueError):
    """A settings file or the configuration says something that cannot be built; the message is one line."""


def check_config(config, experiments):
    """Check the build's configuration.

    Parameters
    ----------
    config : dict
        ``scale``, ``seed``, ``device``, ``experiments``, ``settings`` and ``proofs``, as Snakemake merged them.
    experiments : sequence of str
        Ids of the experiments that exist.

    Returns
    -------
    list of str
        Ids of the experiments to build.

    Raises
    ------
    SettingsError
        One line that names the key, what was expected and what came.
    """
    where = "configuration (config/config.yaml or --config)"
    _validate(config, CONFIG_SCHEMA, where)
    if not isinstance(config["seed"], int):  # for JSON schema 1e3 is an integer
        raise SettingsError(f"{where}: seed: expected an integer, got {config['seed']!r}")
    chosen = list(experiments) if config["experiments"] == "all" else list(config["experiments"])
    for key, names, expected in (
        ("experiments", chosen, list(experiments)),
        ("settings", config["settings"], chosen),  # those of what is not built would change nothing
    ):
        if unknown := [name for name in names if name not in expected]:
            raise SettingsError(f"{where}: {key}: expected names among {', '.join(expected)}; got {', '.join(unknown)}")
    if twice := sorted({name for name in chosen if chosen.count(name) > 1}):
        raise SettingsError(f"{where}: experiments: {', '.join(twice)} stands twice")
    return chosen


def changed(config):
    """What to add to the name of a scale: whose settings differ in this build, or nothing."""
    names = sorted(config.get("settings", {}))
    return f", settings changed of {', '.join(names)}" if names else ""


def load_settings(folder, changes=None, scale=None):
    """Settings of one experiment at every scale.

    Parameters
    ----------
    folder : path
        Folder that holds ``settings.yaml`` and ``schema.yaml``. Both are nested by section: one for each job, and
        ``shared`` for what several jobs are given. In the settings each key of a section maps ``smoke``, ``default``
        and ``paper``, or ``all``, to a value; in the schema, to the JSON schema of the value with a ``description``.
        Every key of the schema is required, and no other is allowed.
    changes : dict of str to dict, optional
        Section to key to the value that replaces the file's at ``scale``; checked like the file.
    scale : str, optional

    Returns
    -------
    dict of str to dict
        Scale to section to settings; the section ``shared`` always exists.

    Raises
    ------
    SettingsError
        One line naming file, section and key: unreadable YAML, a repeated key, a missing scale, an unknown key, a wrong
        type, a number that is not finite, an empty grid.
    """
    path = Path(folder) / "settings.yaml"
    table = _read_yaml(path)
    schema = full_schema(_read_yaml(Path(folder) / "schema.yaml"))
    Draft202012Validator.check_schema(schema)
    nested = {each: {"shared": {}} for each in SCALES}
    for section, keys in table.items():
        if not isinstance(keys, dict):
            raise SettingsError(f"{path}: {section}: expected a mapping of settings, got {keys!r}")
        for each in SCALES:
            nested[each][section] = {}
        for key, values in keys.items():
            for each, value in _by_scale(path, f"{section}.{key}", values).items():
                nested[each][section][key] = value
    where = dict.fromkeys(SCALES, str(path))
    for section, keys in (changes or {}).items():
        where[scale] = f"{path} and settings of the configuration"
        nested[scale][section] = nested[scale].get(section, {}) | keys
    for each, settings in nested.items():
        _validate(settings, schema, where[each], each)
        for section, key in _not_finite(settings):
            raise SettingsError(f"{path}: {section}.{key}: expected finite numbers, got {settings[section][key]!r}")
    return nested


def full_schema(sections):
    """JSON schema of the settings of one scale, from a mapping of sections to keys to the schema of each value."""

    def mapping(properties):
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        }

    return mapping({"shared": mapping({})} | {name: mapping(keys or {}) for name, keys in sections.items()})


def select(settings, sections):
    """Settings of some sections and of ``shared``, as one mapping.

    Parameters
    ----------
    settings : dict of str to dict
        Section to settings, at one scale.
    sections : sequence of str

    Returns
    -------
    dict

    Raises
    ------
    SettingsError
        If a section does not exist, or a key stands in two of them.
    """
    chosen = {}
    for section in ("shared", *sections):
        if section not in settings:
            raise SettingsError(f"settings: expected a section among {', '.join(settings)}; got {section}")
        if twice := chosen.keys() & settings[section].keys():
            raise SettingsError(f"settings: {', '.join(sorted(twice))} in {section}: stands in another section too")
        chosen |= settings[section]
    return chosen


def _not_finite(settings):
    def numbers(value):
        if isinstance(value, dict | list):
            yield from (n for part in (value.values() if isinstance(value, dict) else value) for n in numbers(part))
        elif isinstance(value, float):
            yield value

    for section, keys in settings.items():
        for key, value in keys.items():
            if not all(math.isfinite(number) for number in numbers(value)):
                yield section, key


def _by_scale(path, key, values):
    if isinstance(values, dict) and set(values) == {"all"}:
        return dict.fromkeys(SCALES, values["all"])
    if not isinstance(values, dict) or set(values) != set(SCALES):
        given = ", ".join(map(str, values)) if isinstance(values, dict) else repr(values)
        raise SettingsError(f"{path}: {key}: expected one value each for {', '.join(SCALES)} (or for all); got {given}")
    return values


def _read_yaml(path):
    try:
        return load_yaml(path, dict)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _validate(instance, schema, where, scale=None):
    errors = sorted(Draft202012Validator(schema).iter_errors(instance), key=lambda e: [str(part) for part in e.path])
    if not errors:
        return
    error = errors[0]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    expected = _description(schema, list(error.absolute_path))
    message = error.message + (f"; expected: {expected}" if expected else "")
    at_scale = f" (scale {scale})" if scale else ""
    raise SettingsError(f"{where}: {key + ': ' if key else ''}{message}{at_scale}")


def _description(schema, path):
    """The description nearest to the place of an error."""
    found = None
    for part in path:
        schema = schema.get("properties", {}).get(part, {})
        found = schema.get("description", found)
    return found
