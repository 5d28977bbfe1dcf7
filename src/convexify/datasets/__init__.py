"""Real data: a registry of sources, verified files, readers, fixed splits and the transforms that experiments share."""

from convexify.datasets.dataset import Dataset, load, load_bundled, prepare, split_rows
from convexify.datasets.errors import DatasetError
from convexify.datasets.fetch import fetch
from convexify.datasets.registry import read_registry
from convexify.datasets.transforms import (
    add_bias,
    binary_pair,
    one_hot,
    principal_components,
    scale_images,
    standardize,
    subsample,
    unit_rows,
)

__all__ = [
    "Dataset",
    "DatasetError",
    "add_bias",
    "binary_pair",
    "fetch",
    "load",
    "load_bundled",
    "one_hot",
    "prepare",
    "principal_components",
    "read_registry",
    "scale_images",
    "split_rows",
    "standardize",
    "subsample",
    "unit_rows",
]
