import numpy as np
import pandas as pd
import pytest
import rdata

from convexify_workflow.datasets import DatasetError, load
from convexify_workflow.datasets.readers import BUNDLED, frame_arrays, read_bundled, read_cifar_batch, read_idx

from .conftest import idx_bytes, sha256

TABLE = pd.DataFrame(
    {
        "grade": pd.Categorical(["10", "2", "10", "7"]),
        "flag": [True, False, True, True],
        "length": [0.1, 2.5, np.nan, -3.0],
        "Class": pd.Categorical(["x", "y", "x", "y"], categories=["y", "x"]),
    }
)


@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 5, 3)])
def test_idx_gives_back_the_array(tmp_path, shape):
    array = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    (tmp_path / "file").write_bytes(idx_bytes(array))
    np.testing.assert_array_equal(read_idx(tmp_path / "file"), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "starts with nothing"),
        (b"\x1f\x8b\x08\x00", "not an idx file of unsigned bytes"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "not an idx file of unsigned bytes"),
        (b"\0\0\x08\x03\0\0\0\x01", "cut short inside the header"),
        (b"\0\0\x08\x01\0\0\0\x05abcd", "expected 5 entries for shape \\(5,\\), got 4"),
    ],
)
def test_what_is_no_whole_idx_file_is_named(tmp_path, content, message):
    (tmp_path / "train").write_bytes(content)
    with pytest.raises(DatasetError, match=f"train: .*{message}"):
        read_idx(tmp_path / "train")


def test_cifar_batch_gives_back_labels_and_images(tmp_path):
    rows = np.random.default_rng(2).integers(0, 256, (3, 3073), dtype=np.uint8)
    rows.tofile(tmp_path / "batch.bin")
    images, labels = read_cifar_batch(tmp_path / "batch.bin")
    np.testing.assert_array_equal(labels, rows[:, 0])
    np.testing.assert_array_equal(images, rows[:, 1:])


@pytest.mark.parametrize("size", [0, 3072, 3074])
def test_cifar_batch_of_wrong_size_is_named(tmp_path, size):
    (tmp_path / "batch.bin").write_bytes(bytes(size))
    with pytest.raises(DatasetError, match=rf"batch\.bin: expected rows of 3073 bytes, got {size} bytes"):
        read_cifar_batch(tmp_path / "batch.bin")


def test_r_data_frame_gives_numbers_and_labels(tmp_path):
    (tmp_path / "table").mkdir()
    file = tmp_path / "table" / "Table.rda"
    rdata.write_rda(file, {"Table": TABLE})
    form = {"reader": "rda", "files": {"Table.rda": sha256(file.read_bytes())}, "options": {"missing": "drop"}}
    entry = {
        "title": "Table", "task": "classification", "licence": "CC0", "citation": "None", "shape": [3, 3],
        "classes": ["x", "y"], "arrays": {}, "forms": {"rda": form}, "sources": [],
    }  # fmt: skip
    data = load("table", tmp_path, sources={"table": entry})
    np.testing.assert_array_equal(data.X, [[10, 1, 0.1], [2, 0, 2.5], [7, 1, -3.0]])
    np.testing.assert_array_equal(data.y, [0, 1, 1])
    assert data.features == ("grade", "flag", "length")


def test_missing_values_are_an_error_unless_their_rows_are_dropped():
    with pytest.raises(DatasetError, match="table: 1 rows have missing values"):
        frame_arrays(TABLE, ["x", "y"], source="table")


def test_numeric_target_makes_a_regression():
    arrays = frame_arrays(TABLE.iloc[[0, 1, 3]], None, source="table", target=2, drop=[3])
    np.testing.assert_array_equal(arrays["y"], [0.1, 2.5, -3.0])
    assert arrays["y"].dtype == np.float64
    assert arrays["features"] == ("grade", "flag")


def test_unknown_class_is_named():
    with pytest.raises(DatasetError, match="table: unknown classes y; known are x, z"):
        frame_arrays(TABLE.dropna(), ["x", "z"], source="table")


def test_column_of_words_is_named():
    frame = pd.DataFrame({"colour": ["red", "blue"], "Class": ["x", "x"]})
    with pytest.raises(DatasetError, match="table: column colour is not numeric"):
        frame_arrays(frame, ["x"], source="table")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("digits", (1797, 64)),
        ("iris", (150, 4)),
        ("wine", (178, 13)),
        ("breast_cancer", (569, 30)),
        ("diabetes", (442, 10)),
    ],
)
def test_bundled_sets_have_their_published_shapes(name, shape):
    content = read_bundled(name)
    assert content["X"].shape == shape
    assert content["X"].dtype == np.float64
    assert np.isfinite(content["X"]).all()
    assert len(content["features"]) == shape[1]
    assert (content["classes"] is None) == (content["y"].dtype == np.float64)


def test_every_bundled_set_is_tested_and_no_other_is_read():
    assert set(BUNDLED) == {"digits", "iris", "wine", "breast_cancer", "diabetes"}
    with pytest.raises(DatasetError, match="scikit-learn does not carry 'boston'"):
        read_bundled("boston")
