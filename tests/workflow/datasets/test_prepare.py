from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify_workflow.datasets import DatasetError, prepare, split_rows

REGISTRY = Path(__file__).parents[3] / "data" / "sources.yaml"


def test_set_with_a_test_part_keeps_it(tmp_path, registry, loose, quick_retries):
    data = prepare("tiny", tmp_path, sources=registry(loose))
    assert data["X"].shape == (6, 6)
    assert data["X"].dtype == np.uint8
    assert data["X_test"].shape == (2, 6)
    assert data["image_shape"].tolist() == [2, 3]


def test_set_without_a_test_part_is_split_the_same_way_every_time(tmp_path):
    first, second = (prepare("digits", tmp_path, sources=REGISTRY) for _ in range(2))
    assert first.keys() == {"X", "y", "X_test", "y_test", "image_shape"}
    assert all((first[key] == second[key]).all() for key in first)
    assert len(first["X"]) + len(first["X_test"]) == 1797
    np.testing.assert_allclose(np.bincount(first["y_test"]) / np.bincount(first["y"]), 0.25, atol=0.01)


def test_regression_keeps_its_target(tmp_path):
    data = prepare("diabetes", tmp_path, sources=REGISTRY)
    assert data["y"].dtype == np.float64
    assert data["X_test"].shape == (88, 10)


@given(
    y=st.lists(st.integers(0, 3), min_size=4, max_size=60).map(np.array),
    fraction=st.sampled_from([0.1, 0.2, 0.5]),
    stratify=st.booleans(),
)
def test_split_is_a_partition_with_the_share_of_every_class(y, fraction, stratify):
    train, test = split_rows("any", y, fraction=fraction, stratify=stratify)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), np.arange(len(y)))
    groups = [y == label for label in np.unique(y)] if stratify else [np.full(len(y), True)]
    for members in groups:
        assert members[test].sum() == max(1, round(fraction * members.sum()))


def test_last_rows_make_the_test_part_where_the_authors_say_so():
    train, test = split_rows("any", np.zeros(10), last=3)
    assert train.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert test.tolist() == [7, 8, 9]


def test_split_differs_between_sets():
    y = np.zeros(50)
    assert split_rows("one", y, fraction=0.5)[1].tolist() != split_rows("two", y, fraction=0.5)[1].tolist()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, DatasetError, "split needs either fraction or last"),
        ({"fraction": 0.5, "last": 2}, DatasetError, "split needs either fraction or last"),
        ({"last": 10}, ValueError, "last: expected at most 9, got 10"),
        ({"fraction": 0.0}, ValueError, "fraction: expected more than 0"),
    ],
)
def test_impossible_split_is_named(options, error, message):
    with pytest.raises(error, match=message):
        split_rows("any", np.zeros(10), **options)
