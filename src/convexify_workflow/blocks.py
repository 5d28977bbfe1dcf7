"""The work of one compute job divided among several, for a cluster: which entries of its settings each of them takes.

A block is named in the files that it writes: ``runs.2of5.parquet`` is the second of five, ``runs.2of5.1of3.parquet`` is
divided along two settings. Without a name the job takes everything, as it does where no scale divides it.
"""

import re
from itertools import product
from math import prod

import pandas as pd

#: Of the wildcard ``{block}``: empty, or one share for each setting along which the work is divided.
PATTERN = r"(?:\.\d+of\d+)*"


def block_names(counts):
    """Names of all blocks in the order in which their tables are put together, the first setting slowest.

    Parameters
    ----------
    counts : sequence of int
        Number of blocks along each setting.

    Returns
    -------
    list of str
        ``[""]`` where nothing is divided.
    """
    if prod(counts) == 1:
        return [""]
    shares = [[f".{number}of{count}" for number in range(1, count + 1)] for count in counts]
    return ["".join(parts) for parts in product(*shares)]


def entries_of(value):
    """Entries that a setting can be divided into: those of a list, or the indices from 0 of a count."""
    return list(range(value)) if isinstance(value, int) else list(value)


def taken_by(name, values):
    """What a block takes.

    Parameters
    ----------
    name : str
        Empty, or as `block_names` gives it.
    values : dict of str to list or int
        Setting along which the work is divided to its value.

    Returns
    -------
    dict
        Every setting to the list of its entries that are this block's, consecutive and in order; ``first`` and
        ``last``: whether the block is the first and the last of all, for what is done once.

    Raises
    ------
    ValueError
        If the name has not one share for each setting, or a share has no entry.
    """
    shares = re.findall(r"\.(\d+)of(\d+)", name) or [("1", "1")] * len(values)
    if len(shares) != len(values):
        raise ValueError(f"block {name}: expected one share for each of {', '.join(values)}")
    taken = {"first": True, "last": True}
    for (key, value), share in zip(values.items(), shares, strict=True):
        (number, count), entries = map(int, share), entries_of(value)
        if not 1 <= number <= count <= len(entries):
            raise ValueError(f"block {name}: expected a share of the {len(entries)} entries of {key}")
        taken[key] = entries[(number - 1) * len(entries) // count : number * len(entries) // count]
        taken["first"] &= number == 1
        taken["last"] &= number == count
    return taken


class Share:
    """What of its settings a job takes: ``share.draws`` are the entries of the setting ``draws`` that are its own.

    Parameters
    ----------
    settings : namespace
        All settings of the job. Where its work is divided, ``share`` is what `taken_by` returned; without it the job
        takes everything, and so it does of every setting along which nothing is divided.
    """

    def __init__(self, settings):
        taken = dict(getattr(settings, "share", {}))
        #: Whether the job is the first and the last of all blocks, for what is done once.
        self.first, self.last = taken.pop("first", True), taken.pop("last", True)
        self._settings, self._taken = settings, taken

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._taken[name] if name in self._taken else entries_of(getattr(self._settings, name))


def whole(path):
    """Path of a table without the name of its block."""
    return re.sub(r"(?:\.\d+of\d+)+(?=\.\w+$)", "", str(path))


def tables_of(paths):
    """Paths grouped by the table whose blocks they are, in the order in which they come."""
    groups = {}
    for path in paths:
        groups.setdefault(whole(path), []).append(path)
    return list(groups.values())


def put_together(parts):
    """One table of those of its blocks, in order; an empty one has no columns to speak of and is left out."""
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True) if len(parts) > 1 else parts[0]
