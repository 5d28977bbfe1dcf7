"""Hyperplane arrangements: all patterns, each once, against brute force and linear feasibility."""

import itertools
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.optimize import linprog

from convexify.convex_relu.patterns.arrangements import enumerate_patterns, general_position_count

FIVE_POINTS = np.column_stack([np.arange(-2.0, 3.0), np.ones(5)])


def patterns_by_linear_feasibility(X):
    """Oracle: for every one of the 2^n bit vectors, the widest margin that a weight vector in a box can keep."""
    length = np.linalg.norm(X, axis=1)
    rows = X[length > 0] / length[length > 0, None]
    found = set()
    for bits in itertools.product((False, True), repeat=len(rows)):
        signed = (2.0 * np.array(bits) - 1.0)[:, None] * rows
        # maximise t subject to signed u >= t, |u| <= 1, t <= 1
        A = np.column_stack([-signed, np.ones(len(rows))])
        d = X.shape[1]
        best = linprog(np.append(np.zeros(d), -1.0), A_ub=A, b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * d + [(0, 1)])
        if -best.fun > 1e-7:
            full = np.ones(len(X), dtype=bool)
            full[length > 0] = bits
            found.add(full.tobytes())
    return found


def count_by_deletion(rows):
    """Oracle for integer rows: cells without the last line, and those that the others leave on it, exactly."""
    lines = set()
    for row in rows:
        if any(row):
            sign = 1 if next(x for x in row if x) > 0 else -1
            lines.add(tuple(sign * x // gcd(*row) for x in row))
    if not lines:
        return 1
    *others, last = sorted(lines)
    k = next(i for i, x in enumerate(last) if x)
    on_last = [[row[i] * last[k] - last[i] * row[k] for i in range(len(last)) if i != k] for row in others]
    return count_by_deletion(others) + count_by_deletion(on_last)


def columns(patterns):
    return {column.tobytes() for column in np.ascontiguousarray(patterns.T)}


@pytest.mark.parametrize(
    ("n", "d"), [(1, 1), (7, 1), (9, 2), (40, 2), (8, 3), (40, 3), (15, 4), (12, 5), (9, 9), (8, 20)]
)
def test_count_in_general_position_is_the_formula(n, d):
    X = np.random.default_rng([n, d]).standard_normal((n, d))
    assert enumerate_patterns(X).shape == (n, general_position_count(n, min(n, d)))


def near_copies(rng, n, d, apart):
    rows = rng.standard_normal((n // 2, d))
    return np.vstack([rows, rows + apart * rng.standard_normal(rows.shape)])


ILL_SCALED = {
    "offset 1e4": lambda rng: np.column_stack([1e4 + rng.standard_normal((12, 2)), np.ones(12)]),
    "offset 1e7": lambda rng: np.column_stack([1e7 + rng.standard_normal((12, 3)), np.ones(12)]),
    "columns 1e-6 to 1e6": lambda rng: rng.standard_normal((12, 3)) * [1e-6, 1.0, 1e6],
    "rows and columns": lambda rng: rng.standard_normal((9, 4)) * 10 ** rng.uniform(-20, 20, (9, 1)) * [1, 1e9, 1, 1],
    "kelvin and pascal": lambda rng: np.column_stack(
        [293 + 5 * rng.standard_normal(12), 101325 + 500 * rng.standard_normal(12), np.ones(12)]
    ),
    "copies but for 1e-9": lambda rng: near_copies(rng, 12, 3, 1e-9),
    "copies but for 1e-5, d = 4": lambda rng: near_copies(rng, 8, 4, 1e-5),
    "copies but for 1e-5, d = 5": lambda rng: near_copies(rng, 10, 5, 1e-5),
}


@pytest.mark.parametrize("kind", ILL_SCALED)
def test_units_offsets_and_almost_copies_leave_the_count_in_general_position(kind):
    for seed in range(5):
        X = ILL_SCALED[kind](np.random.default_rng(seed))
        patterns, gates = enumerate_patterns(X, return_gates=True)
        assert patterns.shape[1] == general_position_count(*X.shape)
        np.testing.assert_array_equal(X @ gates >= 0, patterns)


INTEGERS = {
    "offset": lambda rng: np.column_stack([10**5 + rng.integers(0, 6, (12, 2)), np.ones(12, int)]),
    "years and counts": lambda rng: np.column_stack([rng.integers([1950, 0], [2021, 9], (12, 2)), np.ones(12, int)]),
    "columns": lambda rng: rng.integers(-2, 3, (10, 4)) * [1, 1000, 10**6, 1],
    "almost copies": lambda rng: np.vstack(
        [rows := 10**5 * rng.integers(-3, 4, (6, 3)), rows + rng.integers(-1, 2, (6, 3))]
    ),
}


@pytest.mark.parametrize("kind", INTEGERS)
def test_lines_that_meet_are_counted_as_exact_arithmetic_counts_them(kind):
    for seed in range(5):
        X = INTEGERS[kind](np.random.default_rng(seed))
        patterns, gates = enumerate_patterns(X, return_gates=True)
        assert patterns.shape[1] == count_by_deletion(X.tolist())
        np.testing.assert_array_equal(X @ gates >= 0, patterns)


def test_five_points_on_a_line_with_intercept_have_ten_patterns():
    assert enumerate_patterns(FIVE_POINTS).shape == (5, 10)


# small integers make parallel, opposite, zero and duplicate rows and low rank common
@settings(max_examples=40, deadline=None)
@given(npst.arrays(np.int8, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.integers(-2, 2)))
def test_patterns_are_exactly_the_feasible_ones_on_degenerate_data(X):
    X = X.astype(float)
    patterns = enumerate_patterns(X)
    assert columns(patterns) == patterns_by_linear_feasibility(X)
    assert len(columns(patterns)) == patterns.shape[1]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 14), st.integers(1, 5), st.integers(1, 5), st.sampled_from([0, 1e-3, 1e3])
)
def test_no_random_weight_vector_has_a_pattern_outside_the_list(seed, n, d, rank, power):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, min(rank, d))) @ rng.standard_normal((min(rank, d), d))
    X *= 10.0 ** (np.log10(power or 1) * rng.random((n, 1)))
    X[rng.random(n) < 0.2] = 0
    patterns, gates = enumerate_patterns(X, return_gates=True)
    sampled = X @ rng.standard_normal((d, 20_000)) >= 0
    assert columns(sampled) <= columns(patterns)
    np.testing.assert_array_equal((X @ gates >= 0), patterns)


def test_gates_lie_strictly_inside_their_cones():
    X = np.random.default_rng(3).standard_normal((30, 3))
    patterns, gates = enumerate_patterns(X, return_gates=True)
    margins = (2.0 * patterns - 1.0) * (X @ gates)
    assert margins.min() > 0


def test_order_is_lexicographic_and_does_not_depend_on_scale_of_rows():
    X = np.random.default_rng(4).standard_normal((11, 3))
    patterns = enumerate_patterns(X)
    as_numbers = [int("".join("01"[int(bit)] for bit in column), 2) for column in patterns.T]
    assert as_numbers == sorted(as_numbers)
    np.testing.assert_array_equal(patterns, enumerate_patterns(X * np.arange(1.0, 12.0)[:, None]))


def test_permuting_samples_permutes_the_rows_of_the_patterns():
    rng = np.random.default_rng(5)
    X, order = rng.standard_normal((12, 4)), rng.permutation(12)
    assert columns(enumerate_patterns(X)[order]) == columns(enumerate_patterns(X[order]))


def test_zero_rows_are_on_in_every_pattern_and_zero_data_has_one():
    X = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    assert enumerate_patterns(X).shape == (3, 4)
    assert enumerate_patterns(X)[1].all()
    np.testing.assert_array_equal(enumerate_patterns(np.zeros((3, 2))), np.ones((3, 1), dtype=bool))


def test_parallel_rows_share_bits_and_opposite_rows_have_opposite_bits():
    X = np.array([[1.0, 2.0], [2.0, 4.0], [-3.0, -6.0], [1.0, -1.0]])
    patterns = enumerate_patterns(X)
    assert patterns.shape == (4, 4)
    np.testing.assert_array_equal(patterns[0], patterns[1])
    np.testing.assert_array_equal(patterns[0], ~patterns[2])


def test_too_many_patterns_is_an_error_that_names_the_limit():
    X = np.random.default_rng(0).standard_normal((30, 6))
    with pytest.raises(ValueError, match=r"^max_patterns: expected an arrangement of at most 1000 patterns"):
        enumerate_patterns(X, max_patterns=1000)
    with pytest.raises(ValueError, match=r"^max_patterns"):
        enumerate_patterns(X[:, :2], max_patterns=59)
    assert enumerate_patterns(X[:, :2], max_patterns=60).shape == (30, 60)


@pytest.mark.parametrize("X", [np.full((2, 2), np.nan), np.ones(3), np.ones((0, 2)), np.array([[np.inf, 1.0]])])
def test_bad_data_is_rejected_by_name(X):
    with pytest.raises(ValueError, match=r"^X: expected"):
        enumerate_patterns(X)


def test_cells_of_more_dimensions_than_samples_are_all_sign_vectors():
    assert general_position_count(5, 9) == 2**5
    assert general_position_count(10**9, 2) == 2 * 10**9
    with pytest.raises(ValueError, match=r"^rank .*: expected at most 10000, got 1000000000"):
        general_position_count(10**9, 10**9)
