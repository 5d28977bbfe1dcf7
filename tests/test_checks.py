"""Bad arguments are refused by name."""

import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from convexify.checks import as_batch, as_columns, as_integer, as_matrix, as_number, as_patterns, as_vector, one_of


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: as_matrix("X", [1.0, 2.0]), r"X: expected a two-dimensional array, got shape \(2,\)"),
        (lambda: as_matrix("X", np.zeros((2, 0))), "X: expected at least one row and one column"),
        (lambda: as_matrix("X", np.zeros((2, 3)), rows=3), "X: expected 3 rows, got 2"),
        (lambda: as_matrix("X", np.zeros((2, 3)), columns=2), "X: expected 2 columns, got 3"),
        (lambda: as_matrix("X", [[1.0, np.nan]]), "X: expected finite entries, got 1 NaN or infinite"),
        (lambda: as_matrix("X", [["a"]]), "X: expected an array of real numbers, got text"),
        (lambda: as_vector("y", [[1.0]]), "y: expected a one-dimensional array"),
        (lambda: as_vector("y", []), "y: expected at least one entry"),
        (lambda: as_vector("y", [1.0], length=2), "y: expected 2 entries, got 1"),
        (lambda: as_number("beta", -1, minimum=0), "beta: expected at least 0, got -1"),
        (lambda: as_number("step", 0, above=0), "step: expected more than 0, got 0"),
        (lambda: as_number("c", 2, maximum=1), "c: expected at most 1, got 2"),
        (lambda: as_number("beta", float("nan")), "beta: expected a finite number"),
        (lambda: as_number("beta", float("inf")), "beta: expected a finite number"),
        (lambda: as_batch("X", np.ones((7, 2)), shape=(None, 3)), r"X: expected an array of shape \(…, any, 3\)"),
        (lambda: as_batch("X", 1.0, shape=(None,)), r"X: expected an array of shape \(…, any\), got \(\)"),
        (lambda: as_number("beta", True), "beta: expected a real number, got True"),
        (lambda: as_integer("rank", 1.0), "rank: expected an integer, got 1.0"),
        (lambda: as_integer("rank", 0, minimum=1), "rank: expected at least 1, got 0"),
        (lambda: one_of("loss", "l1", ("squared", "hinge")), "loss: expected one of 'squared', 'hinge', got 'l1'"),
    ],
)
def test_bad_argument_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_good_arguments_pass_unchanged():
    assert as_matrix("X", [[1, 2]], rows=1, columns=2).dtype == np.float64
    assert as_vector("y", (1, 2), length=2).tolist() == [1.0, 2.0]
    assert as_batch("X", np.ones((7, 1, 2)), shape=(None, 2)).shape == (7, 1, 2)
    assert as_number("K", float("inf"), allow_infinite=True) == float("inf")
    assert as_integer("rank", np.int64(3), minimum=1, maximum=3) == 3
    assert one_of("loss", "hinge", ("squared", "hinge")) == "hinge"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([[1 + 2j]], "complex numbers"),
        (np.array([["2020-01-01"]], dtype="datetime64[D]"), "dates"),
        (np.zeros((1, 1), dtype=[("a", float)]), "structured"),
        ([["1.0"]], "text"),
        (np.ma.masked_array([[1.0, 2.0]], mask=[[True, False]]), "no masked entries, got 1"),
        (torch.ones(1, 1, requires_grad=True), "requires grad"),
        ([[1e80]], "rescale the data"),
        (np.array([["1.0"]], dtype=object), "an entry of type str"),
        ([[None, 1.0]], "an entry of type NoneType"),
        (np.array([[1 + 2j]], dtype=object), "an entry of type complex"),
        (pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": ["x", "y"]}), "an entry of type"),
        (scipy.sparse.eye_array(2), "an entry of type dia_array"),
        ([[1.0], [1.0, 2.0]], "array of numbers"),
    ],
)
def test_what_would_silently_be_read_as_numbers_is_refused(value, words):
    with pytest.raises(ValueError, match=f"^X: .*{words}"):
        as_matrix("X", value)


def test_masked_array_without_masked_entries_and_zeros_pass():
    assert as_matrix("X", np.ma.masked_array([[1.0]], mask=[[False]])) == 1.0
    assert (as_matrix("X", np.zeros((2, 2))) == 0).all()


def test_negative_strides_do_not_reach_torch():
    array = as_matrix("X", np.arange(4.0).reshape(2, 2)[::-1])
    assert torch.as_tensor(array)[0, 0] == 2.0


def test_what_torch_fails_or_warns_at_does_not_reach_it():
    packed = np.zeros(4, dtype=np.dtype([("a", "i1"), ("b", "f8")]))
    for array in (packed["b"], np.broadcast_to(1.0, 4), np.arange(4.0)[::-1], np.arange(4, dtype=">f8")):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert torch.as_tensor(as_vector("y", array)).tolist() == list(array)


def test_a_fitting_array_is_not_copied():
    array = np.arange(6.0).reshape(2, 3)
    assert as_matrix("X", array) is array
    assert np.shares_memory(as_matrix("X", array.T), array)
    assert as_patterns("patterns", array > 1, rows=2).dtype == bool


def test_objects_that_are_real_numbers_pass():
    assert as_vector("y", [Fraction(1, 2), Decimal("0.25"), True, np.float32(2)]).tolist() == [0.5, 0.25, 1.0, 2.0]


def test_targets_are_columns_and_masked_ones_are_refused():
    assert as_columns("y", [1.0, 2.0], rows=2).shape == (2, 1)
    assert as_columns("y", [[1.0, 2.0]], rows=1).shape == (1, 2)
    for value, words in (
        (np.ma.masked_array([1.0, 2.0], mask=[True, False]), "no masked entries"),
        ([1.0], "expected 2 rows"),
        ([], "expected a two-dimensional array"),
        ([[[1.0]], [[2.0]]], "expected a two-dimensional array"),
    ):
        with pytest.raises(ValueError, match=f"^y: .*{words}"):
            as_columns("y", value, rows=2)


@pytest.mark.parametrize("value", [np.array(["a", "b"]), [], {}, None, 1])
def test_option_of_another_type_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"^kind: expected one of 'a', 'b'"):
        one_of("kind", value, ("a", "b"))
