"""Reading and writing files by extension; what is written appears whole or not at all."""

import glob
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from convexify_workflow.yaml_files import load_yaml


def read(path):
    """Content of a file by its extension: npz, parquet, csv, json, yaml; any other file as its path.

    Raises
    ------
    ValueError
        Naming the file, if it is empty, cut short or otherwise not what its extension says.
    FileNotFoundError
        If there is none.
    """
    path = Path(path)
    try:
        return _read(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # every reader has exceptions of its own
        raise ValueError(f"{path} cannot be read ({error}): delete it and run again") from error


def _read(path):
    match path.suffix:
        case ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        case ".parquet":
            return pd.read_parquet(path)
        case ".csv":
            check_last_line(path)
            return pd.read_csv(path)
        case ".json":
            return json.loads(path.read_text(encoding="utf-8"))
        case ".yaml":
            return load_yaml(path)
    return path


def check_last_line(path):
    """Refuse a table that was cut within a line: pandas reads half a line as a row with missing values.

    Raises
    ------
    ValueError
        If the last line does not end.
    """
    if not Path(path).read_bytes().endswith(b"\n"):
        raise ValueError("it ends within a line")


def write(path, value):
    """Write ``value`` by the extension of ``path``: under a temporary name first, so that no reader sees half a file.

    Tables go to parquet or csv, figures to png, svg or pdf, dicts to json, dicts of arrays to npz, strings to anything
    else; a folder, given as its path, is moved to a path without extension.

    Raises
    ------
    TypeError
        If the extension and the type of ``value`` do not go together.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(value, Path) and value.is_dir() and not path.suffix:
        shutil.rmtree(path, ignore_errors=True)
        shutil.move(value, path)
        return
    for left in path.parent.glob(f".{glob.escape(path.stem)}.*.part{path.suffix}"):  # by a writer that was killed
        left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        _write(temporary, path.suffix, value)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(temporary, suffix, value):
    if isinstance(value, pd.DataFrame) and suffix == ".parquet":
        value.to_parquet(temporary, index=False)
    elif isinstance(value, pd.DataFrame) and suffix == ".csv":
        value.to_csv(temporary, index=False)
    elif isinstance(value, dict) and suffix == ".json":
        temporary.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    elif isinstance(value, dict) and suffix == ".npz":
        np.savez(temporary, **value)
    elif hasattr(value, "savefig") and suffix in (".png", ".svg", ".pdf"):
        _save_figure(temporary, suffix, value)
    elif isinstance(value, str):
        temporary.write_text(value, encoding="utf-8")
    else:
        raise TypeError(f"cannot write a {type(value).__name__} as {suffix}")


def lay_out(figure):
    """Fix the layout of a figure: else matplotlib draws it twice, and lays it out anew, for each file."""
    import matplotlib as mpl

    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
        with mpl.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
            figure.set_layout_engine(None)


def _save_figure(temporary, suffix, figure):
    """Without the time of day in it, and with the identifiers of an SVG fixed: two builds give the same bytes."""
    import matplotlib as mpl

    lay_out(figure)
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix, {})
    with mpl.rc_context({"svg.hashsalt": "convexify", "savefig.dpi": 150}):
        figure.savefig(temporary, metadata=metadata)
