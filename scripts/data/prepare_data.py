"""Fetch a data set if its files are not there, check it, split it, save it."""

from convexify_workflow.datasets.dataset import prepare
from convexify_workflow.job import run


def prepare_data(dataset, entry, raw):
    """Arrays X, y, X_test, y_test, image_shape of a data set, from its entry in the registry and its raw folder."""
    return prepare(dataset, raw, sources={dataset: entry})


if __name__ == "__main__":
    run(prepare_data)
