"""Argument checks shared by every layer: one way to reject bad input, with the argument's name first."""

import numbers
from decimal import Decimal

import numpy as np

#: Largest modulus of an entry: its fourth power, a squared entry of a Gram matrix, is still a float64.
LARGEST = 1e75
#: Smallest modulus of the largest entry of data whose squared products are summed: their squares are still float64s.
SMALLEST = 1e-75
#: Most layers that a network may have: more is taken for a mistake, it would run for hours or fill the memory.
MOST_LAYERS = 10_000
#: Most weights of one network, 8 GB of them: more is taken for a mistake too.
MOST_WEIGHTS = 10**9


def as_matrix(name, value, *, rows=None, columns=None, dtype=np.float64):
    """Finite two-dimensional array of ``dtype``; ``rows`` / ``columns`` fix a side when given.

    Raises
    ------
    ValueError
        Naming the argument, what was expected and what came.
    """
    array = _as_array(name, value, dtype)
    if array.ndim != 2:
        raise ValueError(f"{name}: expected a two-dimensional array, got shape {array.shape}")
    if 0 in array.shape:
        raise ValueError(f"{name}: expected at least one row and one column, got shape {array.shape}")
    for side, expected, actual in (("rows", rows, array.shape[0]), ("columns", columns, array.shape[1])):
        if expected is not None and expected != actual:
            raise ValueError(f"{name}: expected {expected} {side}, got {actual} (shape {array.shape})")
    return array


def as_vector(name, value, *, length=None, dtype=np.float64):
    """Finite one-dimensional array of ``dtype``; ``length`` fixes its size when given."""
    array = _as_array(name, value, dtype)
    if array.ndim != 1:
        raise ValueError(f"{name}: expected a one-dimensional array, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one entry, got none")
    if length is not None and array.size != length:
        raise ValueError(f"{name}: expected {length} entries, got {array.size}")
    return array


def as_columns(name, value, *, rows=None):
    """Finite matrix, or vector as its one column, with ``rows`` rows when given: targets of one or more outputs."""
    array = _as_array(name, value, np.float64)
    return as_matrix(name, array[:, None] if array.ndim == 1 and array.size else array, rows=rows)


def check_squares(name, array):
    """``array`` itself, unless all of it is so small, but not zero, that squares of products vanish."""
    if 0 < (largest := _largest(array)) < SMALLEST:
        raise ValueError(
            f"{name}: expected zeros or an entry of modulus at least {SMALLEST:.0e}: below it squares of products "
            f"leave the range of float64; the largest is {largest:.2g}: rescale the data"
        )
    return array


def as_batch(name, value, *, shape, dtype=np.float64):
    """Finite array of ``dtype`` whose last axes have ``shape`` (None: any size but 0), with any axes before them."""
    array = _as_array(name, value, dtype)
    tail = array.shape[max(0, array.ndim - len(shape)) :]
    fits = len(tail) == len(shape) and all(
        want in (None, got) and got > 0 for want, got in zip(shape, tail, strict=False)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: expected an array of shape (…, {wanted}), got {array.shape}")
    return array


def as_patterns(name, value, *, rows):
    """Matrix of bool, or of the numbers 0 and 1, with ``rows`` rows, as one of bool."""
    array = _numbers(name, value)
    if array.dtype == bool:
        return as_matrix(name, array, rows=rows, dtype=bool)
    array = as_matrix(name, array, rows=rows)
    if not np.isin(array, (0.0, 1.0)).all():
        raise ValueError(f"{name}: expected a boolean array, got entries other than 0 and 1")
    return array.astype(bool)


def as_number(name, value, *, minimum=None, above=None, maximum=None, allow_infinite=False):
    """Real number within ``minimum <= value <= maximum`` and ``value > above``; NaN never passes."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"{name}: expected a real number, got {value!r}")
    value = float(value)
    if np.isnan(value) or (np.isinf(value) and not allow_infinite):
        raise ValueError(f"{name}: expected a finite number, got {value}")
    _check_range(name, value, minimum, above, maximum)
    return value


def as_integer(name, value, *, minimum=None, maximum=None):
    """Integer within ``minimum <= value <= maximum``; booleans and floats do not pass."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name}: expected an integer, got {value!r}")
    value = int(value)
    _check_range(name, value, minimum, None, maximum)
    return value


def one_of(name, value, allowed):
    """``value`` itself if it is among ``allowed``."""
    # An array or a table has no truth value when it is compared: only values of an allowed type are.
    if not any(isinstance(value, type(option)) and value == option for option in allowed):
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def _as_array(name, value, dtype):
    array = _numbers(name, value)
    try:
        array = array.astype(dtype, copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected an array of numbers, got {type(value).__name__} ({error})") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite entries, got {int((~np.isfinite(array)).sum())} NaN or infinite")
    if array.dtype.kind == "f" and array.size and (largest := _largest(array)) > LARGEST:
        raise ValueError(
            f"{name}: expected entries of modulus up to {LARGEST:.0e}: beyond it squares of products leave the range "
            f"of float64; got {largest:.2g}: rescale the data"
        )
    return _for_torch(array)


def _largest(array):
    """Largest modulus, without a second array."""
    return max(float(array.max()), -float(array.min()))


def _for_torch(array):
    """``array`` itself, or a copy where torch fails or warns.

    It fails with strides that are negative or no multiple of an entry, and warns of an array that must not be written
    to, as pandas hands them out.
    """
    if any(stride < 0 or stride % array.itemsize for stride in array.strides) or not array.flags.aligned:
        return array.copy()
    return array if array.flags.writeable else array.copy(order="K")


def _numbers(name, value):
    """Array of a real kind; what NumPy would silently read as real numbers is refused."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        raise ValueError(f"{name}: expected no masked entries, got {int(np.ma.getmaskarray(value).sum())}")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: a torch tensor that requires grad
        raise ValueError(f"{name}: expected an array of numbers, got {type(value).__name__} ({error})") from None
    kinds = {
        "c": "complex numbers",
        "M": "dates",
        "m": "time spans",
        "V": "a structured array",
        "U": "text",
        "S": "text",
    }
    if array.dtype.kind in kinds:
        raise ValueError(f"{name}: expected an array of real numbers, got {kinds[array.dtype.kind]}")
    if array.dtype.kind == "O":  # NumPy would read text in it as numbers, and None as NaN
        odd = [type(entry).__name__ for entry in array.flat if not isinstance(entry, numbers.Real | Decimal | np.bool_)]
        if odd:
            raise ValueError(f"{name}: expected an array of real numbers, got an entry of type {odd[0]}")
    return array


def _check_range(name, value, minimum, above, maximum):
    if minimum is not None and value < minimum:
        raise ValueError(f"{name}: expected at least {minimum}, got {value}")
    if above is not None and value <= above:
        raise ValueError(f"{name}: expected more than {above}, got {value}")
    if maximum is not None and value > maximum:
        raise ValueError(f"{name}: expected at most {maximum}, got {value}")
