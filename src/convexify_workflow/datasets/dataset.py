"""A data set in memory: loading it by name, and the fixed split that a build works with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convexify.checks import as_integer, as_number, one_of
from convexify.seeds import generator
from convexify_workflow.datasets.contents import check_arrays, read_form
from convexify_workflow.datasets.errors import DatasetError
from convexify_workflow.datasets.fetch import fetch_form
from convexify_workflow.datasets.readers import BUNDLED, read_bundled
from convexify_workflow.datasets.registry import find


@dataclass(frozen=True)
class Dataset:
    """A data set; samples are rows.

    Attributes
    ----------
    name : str
    X : ndarray, shape (n, d)
        uint8 for the image sets (each row an image in channel-height-width order), float64 otherwise, unscaled.
    y : ndarray, shape (n,)
        int64 positions in ``classes``, or float64 for a regression.
    task : {"classification", "regression"}
    X_test, y_test : ndarray or None
        The test part, where its authors fixed one.
    classes : tuple of str or None
    features : tuple of str or None
        Names of the d columns, where the files have them.
    image_shape : tuple of int or None
        (height, width) or (channels, height, width).
    title, licence, citation : str
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    task: str
    X_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    classes: tuple | None = None
    features: tuple | None = None
    image_shape: tuple | None = None
    title: str = ""
    licence: str = ""
    citation: str = ""


def load(name, raw_dir, *, sources):
    """Load a data set, fetching its files first if they are not there; see `fetch` for the arguments.

    Returns
    -------
    Dataset
        Its arrays have the hashes of the registry.

    Raises
    ------
    DatasetError
        If no source serves, or if the content read is not the registry's.
    """
    entry = find(name, sources)
    folder = Path(raw_dir) / name
    arrays = read_bundled(name) if entry.bundled else read_form(entry, fetch_form(entry, raw_dir), folder)
    check_arrays(entry, arrays)
    return Dataset(
        name=name,
        task=entry.task,
        classes=entry.classes,
        image_shape=entry.image_shape,
        title=entry.title,
        licence=entry.licence,
        citation=entry.citation,
        **{key: arrays[key] for key in ("X", "y", "X_test", "y_test", "features") if key in arrays},
    )


def load_bundled(name):
    """Load a data set that scikit-learn carries: no network, no registry, no files.

    Parameters
    ----------
    name : {"digits", "iris", "wine", "breast_cancer", "diabetes"}

    Returns
    -------
    Dataset
    """
    one_of("name", name, BUNDLED)
    content = read_bundled(name)
    task = "regression" if content["classes"] is None else "classification"
    return Dataset(name=name, task=task, licence="BSD-3-Clause", **content)


def prepare(name, raw_dir, *, sources):
    """Arrays of a data set with a training and a test part, ready to be saved.

    Parameters
    ----------
    name, raw_dir, sources
        See `fetch`.

    Returns
    -------
    dict of str to ndarray
        ``X`` (n, d), ``y`` (n,), ``X_test``, ``y_test``: types as in `Dataset`, unscaled; ``image_shape``, empty where
        the rows are not images.

    Notes
    -----
    A set with a test part of its own keeps it. The others are split as the registry says: ``split: {last: m}`` takes
    the last m rows, as the set's authors recommend; ``split: {fraction: f}`` draws from every class, see `split_rows`.
    """
    data = load(name, raw_dir, sources=sources)
    parts = {"X": data.X, "y": data.y, "X_test": data.X_test, "y_test": data.y_test}
    if data.X_test is None:
        train, test = split_rows(name, data.y, stratify=data.classes is not None, **find(name, sources).split)
        parts = {"X": data.X[train], "y": data.y[train], "X_test": data.X[test], "y_test": data.y[test]}
    return {**parts, "image_shape": np.asarray(data.image_shape or (), dtype=np.int64)}


def split_rows(name, y, *, fraction=None, last=None, stratify=True):
    """Rows of the training and of the test part, the same on every machine.

    Parameters
    ----------
    name : str
        The random stream is named after the data set, with root seed 0: it does not move with the seed of a build.
    y : ndarray, shape (n,)
    fraction : float, optional
        Share of every class (of all rows without ``stratify``) that is drawn for the test part, rounded to the nearest
        integer, at least one.
    last : int, optional
        Take the last rows instead.

    Returns
    -------
    train, test : ndarray of int
        Increasing, disjoint, together all rows.
    """
    rows = np.arange(len(y))
    if (fraction is None) == (last is None):
        raise DatasetError(f"{name}: split needs either fraction or last")
    if last is not None:
        as_integer("last", last, minimum=1, maximum=len(y) - 1)
        return rows[:-last], rows[-last:]
    as_number("fraction", fraction, above=0, maximum=1)
    stream = generator(0, "datasets", name, "split")
    groups = [rows[y == label] for label in np.unique(y)] if stratify else [rows]
    drawn = [stream.permutation(group)[: max(1, round(fraction * len(group)))] for group in groups]
    test = np.sort(np.concatenate(drawn))
    return np.setdiff1d(rows, test, assume_unique=True), test
