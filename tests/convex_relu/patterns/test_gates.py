"""Sampled patterns: distinct, reproducible, of full-dimensional cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import draw_gates, patterns_of, sample_patterns, sign_patterns


def columns(patterns):
    return {column.tobytes() for column in np.ascontiguousarray(patterns.T)}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(4, 12), st.integers(2, 3))
def test_sampled_patterns_are_distinct_cells_of_the_arrangement(seed, n, d):
    X = np.random.default_rng(seed).standard_normal((n, d))
    # at least 2n ≥ 8 cells exist; some may be too thin to be met, four of them never all are
    patterns, gates = sample_patterns(X, 4, seed, return_gates=True)
    assert patterns.shape == (n, 4)
    assert len(columns(patterns)) == 4
    assert columns(patterns) <= columns(enumerate_patterns(X))
    np.testing.assert_array_equal(X @ gates >= 0, patterns)


def test_the_same_seed_gives_the_same_patterns_and_samples_may_come_in_any_order():
    rng = np.random.default_rng(0)
    X, order = rng.standard_normal((50, 8)), rng.permutation(50)
    first = sample_patterns(X, 30, 7)
    np.testing.assert_array_equal(first, sample_patterns(X, 30, 7))
    np.testing.assert_array_equal(first[order], sample_patterns(X[order], 30, 7))
    assert columns(first) != columns(sample_patterns(X, 30, 8))


def test_fewer_patterns_than_asked_come_first_in_a_larger_draw():
    X = np.random.default_rng(1).standard_normal((9, 3))
    np.testing.assert_array_equal(sample_patterns(X, 12, 0), sample_patterns(X, 25, 0)[:, :12])


def test_all_that_exist_are_returned_with_a_warning_when_more_are_asked_for():
    X = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    with pytest.warns(UserWarning, match="50 distinct patterns were asked for and 4 were found"):
        patterns = sample_patterns(X, 50, 0)
    assert columns(patterns) == columns(enumerate_patterns(X))


def test_patterns_of_a_network_come_first_in_a_mixed_draw():
    rng = np.random.default_rng(2)
    X, W = rng.standard_normal((40, 5)), rng.standard_normal((5, 6))
    own = patterns_of(W, X)
    np.testing.assert_array_equal(own, X @ W >= 0)
    mixed = sample_patterns(X, 20, 0, include=W)
    assert mixed.shape == (40, 20)
    np.testing.assert_array_equal(mixed[:, :6], own)


def test_neurons_with_one_pattern_are_listed_once():
    X = np.random.default_rng(3).standard_normal((10, 3))
    w = np.array([[1.0], [-0.5], [2.0]])
    assert patterns_of(np.hstack([w, 2 * w, -w]), X).shape == (10, 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000))
def test_a_neuron_on_a_hyperplane_gets_a_neighbouring_cell_of_full_dimension(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (9, 3)).astype(float)
    x = X[np.linalg.norm(X, axis=1).argmax()]
    u = np.cross(x, rng.standard_normal(3))[:, None]
    patterns, gates = patterns_of(u, X, return_gates=True)
    assert columns(patterns) <= columns(enumerate_patterns(X))
    signs = sign_patterns(X, u)[:, 0]
    np.testing.assert_array_equal((X @ gates)[signs > 0] > 0, True)
    np.testing.assert_array_equal((X @ gates)[signs < 0] < 0, True)


def test_a_zero_weight_vector_gets_some_full_dimensional_cell():
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0]])
    assert columns(patterns_of(np.zeros((2, 1)), X)) <= columns(enumerate_patterns(X))


def test_patch_gates_are_zero_outside_one_patch_and_move_over_the_image():
    gates = draw_gates(3 * 6 * 5, 200, np.random.default_rng(0), kind="convolutional", image_shape=(3, 6, 5),
                       patch_shape=(2, 3))  # fmt: skip
    images = gates.T.reshape(200, 3, 6, 5)
    corners = set()
    for image in images:
        used = np.argwhere(image.any(axis=0))
        assert (used.max(axis=0) - used.min(axis=0) + 1).tolist() == [2, 3]
        assert (image != 0).sum() == 18
        corners.add(tuple(used.min(axis=0)))
    assert corners == {(top, left) for top in range(5) for left in range(3)}


def test_patch_gates_on_black_patches_still_give_full_dimensional_patterns():
    images = np.zeros((6, 4, 4))
    images[:, :2, :2] = np.random.default_rng(1).random((6, 2, 2)) + 0.1
    X = images.reshape(6, 16)
    patterns, gates = sample_patterns(
        X, 10, 0, kind="convolutional", image_shape=(4, 4), patch_shape=(2, 2), return_gates=True
    )
    np.testing.assert_array_equal(X @ gates > 0, patterns)
    assert np.abs(X @ gates).min() > 0
    with_intercept = np.column_stack([X, np.ones(6)])
    assert sample_patterns(with_intercept, 10, 0, kind="convolutional", image_shape=(4, 4)).shape == (6, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_patterns": 0}, "^n_patterns: expected at least 1"),
        ({"n_patterns": 10**9}, "^n_patterns: expected at most 10000000"),
        ({"kind": "uniform"}, "^kind: expected one of"),
        ({"kind": "convolutional"}, "^image_shape: expected"),
        ({"kind": "convolutional", "image_shape": (3, 3)}, "^image_shape: expected 4 pixels"),
        ({"kind": "convolutional", "image_shape": (2, 2)}, "^patch_shape: expected at most"),
        (
            {"kind": "convolutional", "image_shape": (2, 2), "patch_shape": 2},
            "^patch_shape: expected rows and columns, got 2",
        ),
        (
            {"kind": "convolutional", "image_shape": (2, 2), "patch_shape": (2, 2, 2)},
            "^patch_shape: expected rows and columns",
        ),
        ({"include": np.ones((3, 2))}, "^include: expected 4 rows"),
        ({"include": "gates"}, "^include: expected an array of real numbers"),
        ({"include": [[1.0], [1.0, 2.0]]}, "^include: expected an array of numbers"),
        ({"seed": -1}, "^root: expected"),
    ],
)
def test_bad_arguments_are_rejected_by_name(arguments, message):
    X = np.random.default_rng(0).standard_normal((5, 4))
    with pytest.raises(ValueError, match=message):
        sample_patterns(X, **{"n_patterns": 3, "seed": 0, **arguments})
