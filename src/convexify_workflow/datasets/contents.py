"""Arrays of a data set from its files, checked against the registry."""

from convexify_workflow.datasets.errors import DatasetError
from convexify_workflow.datasets.hashes import array_sha256
from convexify_workflow.datasets.readers import read_cifar, read_delimited, read_idx_set, read_rda


def read_form(entry, form, folder):
    """Arrays of a data set from the files of one form in ``folder``."""
    match form.reader:
        case "idx":
            return read_idx_set(folder, form)
        case "cifar":
            return read_cifar(folder, form)
        case "rda":
            return read_rda(folder, form, entry.classes)
        case "delimited":
            return read_delimited(folder, form, entry.classes)
    raise DatasetError(f"{entry.name}: no reader called {form.reader!r}")


def check_arrays(entry, arrays):
    """Compare shapes and SHA-256 of the arrays with those of the registry.

    Raises
    ------
    DatasetError
        Naming the data set, the array, what was expected and what came.
    """
    for name, shape in (("X", entry.shape), ("X_test", entry.test_shape)):
        if shape is not None and arrays[name].shape != shape:
            raise DatasetError(f"{entry.name}: {name} has shape {arrays[name].shape}, expected {shape}")
    for name, expected in entry.arrays.items():
        actual = array_sha256(arrays[name])
        if actual != expected:
            raise DatasetError(f"{entry.name}: entries of {name} have sha256 {actual}, expected {expected}")
