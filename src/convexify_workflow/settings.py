"""Settings: every value of every scale side by side in one file, checked before any job starts."""

from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

SCALES = ("smoke", "default", "paper")
DEVICES = ("auto", "cpu", "cuda")

CONFIG_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["scale", "seed", "device", "experiments"],
    "properties": {
        "scale": {"enum": list(SCALES), "description": "smoke, default or paper"},
        "seed": {"type": "integer", "minimum": 0, "description": "root of every random stream"},
        "device": {"enum": list(DEVICES), "description": "where torch computes: auto, cpu or cuda"},
        "experiments": {
            "anyOf": [{"const": "all"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}],
            "description": "'all' or a non-empty list of experiment ids",
        },
    },
}


class SettingsError(ValueError):
    """A settings file or the configuration says something that cannot be built; the message is one line."""


def check_config(config, experiments):
    """Check the build's configuration.

    Parameters
    ----------
    config : dict
        ``scale``, ``seed``, ``device`` and ``experiments``, as Snakemake merged them.
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
    _validate(config, CONFIG_SCHEMA, "configuration (config/config.yaml or --config)")
    if config["experiments"] == "all":
        return list(experiments)
    unknown = [name for name in config["experiments"] if name not in experiments]
    if unknown:
        raise SettingsError(
            f"configuration (config/config.yaml or --config): experiments: expected names among "
            f"{', '.join(experiments)}; got {', '.join(unknown)}"
        )
    return list(config["experiments"])


def load_settings(folder):
    """Settings of one experiment at every scale.

    Parameters
    ----------
    folder : path
        Folder that holds ``settings.yaml`` (each key maps ``smoke``, ``default`` and ``paper``, or ``all``, to a
        value) and ``schema.yaml`` (JSON schema of the settings of one scale).

    Returns
    -------
    dict of str to dict
        Scale to its flat settings.

    Raises
    ------
    SettingsError
        One line naming file and key: unreadable YAML, a missing scale, an unknown key, a wrong type, an empty grid.
    """
    path = Path(folder) / "settings.yaml"
    table = _read_yaml(path)
    schema = _read_yaml(Path(folder) / "schema.yaml")
    Draft202012Validator.check_schema(schema)
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: expected a mapping of settings, got {type(table).__name__}")
    flat = {scale: {} for scale in SCALES}
    for key, values in table.items():
        for scale, value in _by_scale(path, key, values).items():
            flat[scale][key] = value
    for scale, settings in flat.items():
        _validate(settings, schema, str(path), scale)
    return flat


def _by_scale(path, key, values):
    if isinstance(values, dict) and set(values) == {"all"}:
        return dict.fromkeys(SCALES, values["all"])
    if not isinstance(values, dict) or set(values) != set(SCALES):
        given = ", ".join(map(str, values)) if isinstance(values, dict) else repr(values)
        raise SettingsError(f"{path}: {key}: expected one value each for {', '.join(SCALES)} (or for all); got {given}")
    return values


def _read_yaml(path):
    try:
        return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: expected this file, found none") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None


def _validate(instance, schema, where, scale=None):
    errors = sorted(Draft202012Validator(schema).iter_errors(instance), key=lambda e: [str(part) for part in e.path])
    if not errors:
        return
    error = errors[0]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    top = error.absolute_path[0] if error.absolute_path else None
    expected = schema["properties"].get(top, {}).get("description")
    message = error.message + (f"; expected: {expected}" if expected else "")
    at_scale = f" (scale {scale})" if scale else ""
    raise SettingsError(f"{where}: {key + ': ' if key else ''}{message}{at_scale}")
