"""Fetch a data set if its files are not there, check it, split it, save it."""

from convexify_workflow.datasets.dataset import prepare


def prepare_dataset(dataset, entry, raw):
    """Arrays X, y, X_test, y_test, image_shape of a data set, from its entry in the registry and its raw folder."""
    return prepare(dataset, raw, sources={dataset: entry})


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, prepare_dataset)  # noqa: F821
