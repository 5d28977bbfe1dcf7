"""Real data: a registry of sources, verified files, readers and fixed splits."""

from convexify_workflow.datasets.dataset import Dataset, load, load_bundled, prepare, split_rows
from convexify_workflow.datasets.errors import DatasetError
from convexify_workflow.datasets.fetch import fetch
from convexify_workflow.datasets.registry import read_registry

__all__ = ["Dataset", "DatasetError", "fetch", "load", "load_bundled", "prepare", "read_registry", "split_rows"]
