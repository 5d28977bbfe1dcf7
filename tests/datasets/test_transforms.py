import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler, normalize

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

matrices = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.floats(-1e6, 1e6, width=32))
stream = np.random.default_rng(3)
X, X_test = stream.normal(size=(30, 5)) * [1, 10, 0.1, 3, 1] + 4, stream.normal(size=(7, 5))


def prepared():
    y, y_test = np.arange(30) % 3, np.arange(7) % 3
    return {"X": X, "y": y, "X_test": X_test, "y_test": y_test, "image_shape": np.array([5])}


def test_standardize_agrees_with_scikit_learn():
    scaler = StandardScaler().fit(X)
    for ours, theirs in zip(standardize(X, X_test), (scaler.transform(X), scaler.transform(X_test)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@given(matrices)
def test_standardized_columns_have_mean_zero_and_variance_one_or_zero(X):
    Z = standardize(X)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-6)
    variance = Z.var(axis=0)
    assert ((abs(variance - 1) < 1e-6) | (Z == 0).all(axis=0)).all()


def test_constant_column_becomes_zero_even_where_its_mean_is_rounded():
    assert (standardize(np.full((7, 1), 0.1)) == 0).all()


def test_images_are_scaled_to_the_unit_interval():
    pixels = np.array([[0, 51], [255, 102]], dtype=np.uint8)
    np.testing.assert_allclose(scale_images(pixels), [[0, 0.2], [1, 0.4]], rtol=1e-15)


@pytest.mark.parametrize("value", [-1, 256])
def test_pixels_out_of_range_are_rejected(value):
    with pytest.raises(ValueError, match="X: expected pixels in 0 … 255"):
        scale_images(np.array([[0, value]]))


def test_bias_is_a_last_column_of_ones():
    train, test = add_bias(X, X_test)
    np.testing.assert_array_equal(train, np.hstack([X, np.ones((30, 1))]))
    assert test.shape == (7, 6)


def test_unit_rows_agree_with_scikit_learn():
    np.testing.assert_allclose(unit_rows(X), normalize(X), rtol=1e-12)


@given(matrices)
def test_unit_rows_have_norm_one_or_zero(X):
    norms = np.linalg.norm(unit_rows(X), axis=1)
    assert ((abs(norms - 1) < 1e-12) | ((norms == 0) & (X == 0).all(axis=1))).all()


def test_principal_components_agree_with_scikit_learn_up_to_sign():
    oracle = PCA(3, svd_solver="full").fit(X)
    for ours, part in zip(principal_components(X, 3, X_test), (X, X_test), strict=True):
        np.testing.assert_allclose(abs(ours), abs(oracle.transform(part)), atol=1e-10)


def test_sign_of_an_axis_does_not_depend_on_the_solver():
    axes = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:2]
    axes *= np.sign(axes[np.arange(2), abs(axes).argmax(axis=1)])[:, None]
    np.testing.assert_allclose(principal_components(X, 2), (X - X.mean(axis=0)) @ axes.T, atol=1e-10)


@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6)])
def test_average_pool_is_the_mean_of_each_square(shape):
    images = stream.normal(size=(2, *shape))
    pooled = average_pool(images.reshape(2, -1), shape, 2).reshape(2, *shape[:-2], 2, 3)
    np.testing.assert_allclose(pooled[..., 1, 2], images[..., 2:4, 4:6].mean(axis=(-2, -1)))
    np.testing.assert_allclose(pooled.mean(), images.mean())


def test_one_hot_marks_the_label():
    np.testing.assert_array_equal(one_hot(np.array([1, 0]), 3), [[0, 1, 0], [1, 0, 0]])
    assert one_hot(np.array([1, 0])).shape == (2, 2)


def test_binary_pair_keeps_two_classes_with_signs():
    pair = binary_pair(prepared(), (2, 0))
    rows = np.isin(np.arange(30) % 3, (0, 2))
    np.testing.assert_array_equal(pair["X"], X[rows])
    np.testing.assert_array_equal(pair["y"], np.where((np.arange(30) % 3)[rows] == 0, 1.0, -1.0))
    assert set(pair["y_test"]) == {-1.0, 1.0}
    assert pair["image_shape"].tolist() == [5]


def test_subsample_is_drawn_once_for_a_seed_without_repetition():
    data = prepared()
    first, second, other = (subsample(data, 10, seed, n_test=3) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first["X"], second["X"])
    assert not np.array_equal(first["X"], other["X"])
    positions = [int(np.flatnonzero((row == X).all(axis=1))[0]) for row in first["X"]]
    assert positions == sorted(set(positions))
    np.testing.assert_array_equal(first["y"], data["y"][positions])
    assert len(first["X_test"]) == 3
    assert len(subsample(data, 10, 0)["X_test"]) == 7


def test_smaller_subsample_is_part_of_a_larger_one():
    small, large = (subsample(prepared(), n, 0)["X"] for n in (5, 20))
    assert {row.tobytes() for row in small} < {row.tobytes() for row in large}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: standardize([[1.0, np.nan]]), "X: expected finite entries"),
        (lambda: standardize(X, X_test[:, :3]), "X_test: expected 5 columns, got 3"),
        (lambda: principal_components(X, 6), "components: expected at most 5, got 6"),
        (lambda: average_pool(X, (5, 1), 2), "block: expected a divisor of 5 and 1, got 2"),
        (lambda: average_pool(X, (2, 2), 2), "X: expected 4 columns, got 5"),
        (lambda: one_hot(np.array([0.5])), "y: expected a vector of labels"),
        (lambda: one_hot(np.array([0, 4]), 3), "classes: expected at least 5, got 3"),
        (lambda: binary_pair(prepared(), (1, 1)), "classes: expected two different labels"),
        (lambda: binary_pair(prepared(), (1, 7)), r"classes: expected labels that occur in y, got \[7\]"),
        (lambda: subsample(prepared(), 31, 0), "n: expected at most 30, got 31"),
        (lambda: subsample(prepared(), 0, 0), "n: expected at least 1, got 0"),
        (lambda: subsample(prepared(), 3, 0, n_test=8), "n_test: expected at most 7, got 8"),
    ],
)
def test_bad_argument_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_average_pool_takes_the_mean_of_each_square_of_each_channel():
    images = np.arange(2 * 3 * 4 * 6, dtype=float).reshape(2, 72)
    pooled = average_pool(images, (3, 4, 6), 2).reshape(2, 3, 2, 3)
    assert pooled[1, 2, 1, 0] == images.reshape(2, 3, 4, 6)[1, 2, 2:4, 0:2].mean()
    np.testing.assert_array_equal(average_pool(images, (3, 4, 6), 1), images)
    with pytest.raises(ValueError, match=r"^block: expected a divisor of 4 and 6, got 4"):
        average_pool(images, (3, 4, 6), 4)
    with pytest.raises(ValueError, match=r"^X: expected 48 columns"):
        average_pool(images, (2, 4, 6), 2)
