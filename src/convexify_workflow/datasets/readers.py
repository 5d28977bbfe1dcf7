"""Files of a data set to arrays: idx, CIFAR-10 batches, R data frames, delimited text, scikit-learn's bundled sets."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd

from convexify_workflow.datasets.errors import DatasetError

BUNDLED = ("digits", "iris", "wine", "breast_cancer", "diabetes")

_IDX_UNSIGNED_BYTE = 0x08
_CIFAR_IMAGE = (3, 32, 32)


def read_idx(path):
    """Array of unsigned bytes stored in the idx format: two zero bytes, type code, rank, big-endian sizes, entries.

    Raises
    ------
    DatasetError
        If the header is not that of unsigned bytes or the file does not hold as many entries as it says.
    """
    path = Path(path)
    content = np.fromfile(path, dtype=np.uint8)
    header = content[:4].tobytes()
    if len(header) < 4 or header[:2] != b"\0\0" or header[2] != _IDX_UNSIGNED_BYTE:
        raise DatasetError(f"{path.name}: not an idx file of unsigned bytes (starts with {header.hex() or 'nothing'})")
    start = 4 + 4 * header[3]
    if len(content) < start:
        raise DatasetError(f"{path.name}: cut short inside the header ({len(content)} bytes)")
    shape = tuple(content[4:start].view(">u4").tolist())
    entries = math.prod(shape)
    if len(content) - start != entries:
        raise DatasetError(f"{path.name}: expected {entries} entries for shape {shape}, got {len(content) - start}")
    return content[start:].reshape(shape)


def read_idx_set(folder, form):
    """Training and test part of a set of four idx files; images are flattened row by row."""
    X, X_test = (read_idx(folder / form.options[key]) for key in ("train_images", "test_images"))
    y, y_test = (read_idx(folder / form.options[key]) for key in ("train_labels", "test_labels"))
    return {
        "X": X.reshape(len(X), -1),
        "y": y.astype(np.int64),
        "X_test": X_test.reshape(len(X_test), -1),
        "y_test": y_test.astype(np.int64),
    }


def read_cifar_batch(path):
    """Images (n, 3072) in channel-height-width order and labels (n,) of one CIFAR-10 binary batch."""
    path = Path(path)
    content = np.fromfile(path, dtype=np.uint8)
    row = 1 + math.prod(_CIFAR_IMAGE)
    if content.size == 0 or content.size % row:
        raise DatasetError(f"{path.name}: expected rows of {row} bytes, got {content.size} bytes")
    rows = content.reshape(-1, row)
    return rows[:, 1:], rows[:, 0].astype(np.int64)


def read_cifar(folder, form):
    """Training and test part of CIFAR-10 from its binary batches, in the order of the batches."""
    batches = [read_cifar_batch(folder / name) for name in form.options["train"]]
    X_test, y_test = read_cifar_batch(folder / form.options["test"])
    return {
        "X": np.concatenate([images for images, _ in batches]),
        "y": np.concatenate([labels for _, labels in batches]),
        "X_test": np.ascontiguousarray(X_test),
        "y_test": y_test,
    }


def cifar_batch_from_png(picture, labels, path):
    """Write a CIFAR-10 binary batch from a picture whose row ``i`` is image ``i`` in height-width-channel order.

    Parameters
    ----------
    picture : path
        RGB picture of 1024 columns, one image a row.
    labels : sequence of int
        One for each row.
    path : path
        The batch that is written.
    """
    from PIL import Image

    with Image.open(picture) as opened:
        if opened.mode != "RGB" or opened.width != 32 * 32:
            raise DatasetError(
                f"{picture.name}: expected an RGB picture of 1024 columns, got {opened.mode} {opened.width}"
            )
        pixels = np.asarray(opened)
    if len(labels) != len(pixels):
        raise DatasetError(f"{picture.name}: {len(pixels)} images but {len(labels)} labels")
    images = pixels.reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2).reshape(len(pixels), -1)
    np.column_stack([np.asarray(labels, dtype=np.uint8), images]).tofile(path)


def decode_cifar_pictures(folder, form):
    """Binary batches of CIFAR-10 from one picture a batch and two JSON lists of labels, all in ``folder``."""
    labels = {part: json.loads((folder / f"{part}_labels.json").read_text()) for part in ("train", "test")}
    names = form.options["train"]
    size = len(labels["train"]) // len(names)
    for index, name in enumerate(names):
        picture = folder / Path(name).with_suffix(".png")
        cifar_batch_from_png(picture, labels["train"][index * size : (index + 1) * size], folder / name)
        picture.unlink()
    test = form.options["test"]
    cifar_batch_from_png(folder / Path(test).with_suffix(".png"), labels["test"], folder / test)


def read_rda(folder, form, classes):
    """Features and labels from the one data frame of an R data file."""
    import rdata

    (name,) = form.files
    frames = rdata.read_rda(folder / name, default_encoding="utf-8")
    if len(frames) != 1:
        raise DatasetError(f"{name}: expected one data frame, got {', '.join(frames) or 'none'}")
    (frame,) = frames.values()
    return frame_arrays(frame, classes, source=name, **form.options)


def read_delimited(folder, form, classes):
    """Features and labels from text files without a header, one after the other; ``?`` marks a missing value."""
    options = dict(form.options)
    separator = options.pop("separator", ",")
    frames = [pd.read_csv(folder / name, sep=separator, header=None, na_values="?", dtype=str) for name in form.files]
    return frame_arrays(pd.concat(frames, ignore_index=True), classes, source=", ".join(form.files), **options)


def frame_arrays(frame, classes, *, source, target=-1, drop=(), labels=None, missing="reject"):
    """Features as float64 and labels as positions in ``classes`` from a table.

    Parameters
    ----------
    frame : DataFrame
        One row per sample.
    classes : sequence of str, or None
        Names of the classes; ``None`` for a numeric target.
    source : str
        What the table is called in an error.
    target : int
        Position of the target's column.
    drop : sequence of int
        Positions of columns that are neither feature nor target (an identifier).
    labels : dict of str to str, optional
        The table's labels to the names in ``classes``, where they differ.
    missing : {"reject", "drop"}
        What happens to a row in which a feature is missing.

    Returns
    -------
    dict
        ``X`` (n, d) float64; ``y`` (n,) int64, or float64 without ``classes``; ``features``, a tuple of d names.
    """
    columns = list(frame.columns)
    goal = columns[target]
    features = [column for i, column in enumerate(columns) if column != goal and i not in drop]
    X = np.column_stack([_numbers(frame[column], source) for column in features])
    complete = ~np.isnan(X).any(axis=1)
    if missing == "reject" and not complete.all():
        raise DatasetError(f"{source}: {int((~complete).sum())} rows have missing values")
    names = tuple(map(str, features))
    if classes is None:
        return {"X": X[complete], "y": _numbers(frame[goal], source)[complete], "features": names}
    found = frame[goal].astype(str).map(lambda label: (labels or {}).get(label, label))
    unknown = sorted(set(found) - set(classes))
    if unknown:
        raise DatasetError(f"{source}: unknown classes {', '.join(unknown)}; known are {', '.join(classes)}")
    y = found.map({label: index for index, label in enumerate(classes)}).to_numpy(dtype=np.int64)
    return {"X": X[complete], "y": y[complete], "features": names}


def read_bundled(name):
    """Arrays, class names and feature names of a data set that scikit-learn carries."""
    from sklearn import datasets

    if name not in BUNDLED:
        raise DatasetError(f"name: scikit-learn does not carry {name!r}; known are {', '.join(BUNDLED)}")
    # The scaled diabetes table is computed at load time; the raw one is the same on every machine.
    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    classes = tuple(str(label) for label in bunch.target_names) if "target_names" in bunch else None
    return {
        "X": np.ascontiguousarray(bunch.data, dtype=np.float64),
        "y": bunch.target.astype(np.float64 if classes is None else np.int64),
        "features": tuple(bunch.feature_names),
        "classes": classes,
        "image_shape": bunch.images.shape[1:] if "images" in bunch else None,
    }


def _numbers(column, source):
    """A column as float64: factors by their labels, logical values as 0 and 1, missing values as NaN."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    try:
        return pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{source}: column {column.name} is not numeric ({error})") from None
