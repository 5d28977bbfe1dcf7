"""Transforms of data that experiments share; fetching and reading real data sets is `convexify_workflow.datasets`."""

from convexify.datasets.transforms import (
    add_bias,
    average_pool,
    binary_pair,
    one_hot,
    principal_components,
    scale_images,
    standardize,
    subsample,
    unit_rows,
)

__all__ = [
    "add_bias",
    "average_pool",
    "binary_pair",
    "one_hot",
    "principal_components",
    "scale_images",
    "standardize",
    "subsample",
    "unit_rows",
]
