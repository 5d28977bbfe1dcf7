"""Problems of integers whose optimal networks are known exactly: corners of squares, cubes and octahedra."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import sqrt

import numpy as np

from convexify.checks import one_of
from convexify.convex_relu.patterns.arrangements import enumerate_patterns

SHAPES = ("square", "cube", "octahedron")


@dataclass(frozen=True)
class ExactInstance:
    r"""A problem with residual 1 everywhere, and its polytope in rational numbers.

    Attributes
    ----------
    X : ndarray of int, shape (n, d)
    y : ndarray of int, shape (n,)
    beta_squared : int
        Square of β, which may be irrational.
    directions : ndarray of int, shape (d, K)
        Neurons of an optimal network, all of length β: as rational as the data.
    columns : ndarray of int, shape (n, K)
        Outputs :math:`(Xw_k)_+` of these neurons.
    vertices : list of list of Fraction
        Vertices of :math:`\{\mu\ge0:\sum_k\mu_k(Xw_k)_+=y-1\}`.
    """

    X: np.ndarray
    y: np.ndarray
    beta_squared: int
    directions: np.ndarray
    columns: np.ndarray
    vertices: list

    @property
    def beta(self):
        """β in floating point."""
        return sqrt(self.beta_squared)

    @property
    def supports(self):
        """Directions that each vertex uses."""
        return [frozenset(k for k, value in enumerate(vertex) if value) for vertex in self.vertices]


def exact_instance(shape, weights):
    r"""The problem whose optimal networks fit a given combination of neurons, with residual 1 on every sample.

    Parameters
    ----------
    shape : {"square", "cube", "octahedron"}
        Samples: :math:`\{\pm1\}^2`, :math:`\{\pm1\}^3`, or :math:`\pm e_1,\pm e_2,\pm e_3`.
    weights : sequence of int
        Non-negative weights of the neurons in the fit, one for each direction (4, 6 and 8 of them).

    Returns
    -------
    ExactInstance

    Raises
    ------
    ValueError
        If the shape is unknown, or the weights do not fit it.

    Notes
    -----
    For :math:`\nu=1` the value :math:`\nu^\top(Xu)_+` of a unit vector in cell ``i`` is at most
    :math:`\|X^\top D_i1\|`, reached only by that vector, normed, if it lies in the cell. Its entries are
    integers: the largest square over all cells is :math:`\beta^2`, and the vectors that have it are the neurons
    ``w``. That each lies in its cell is checked, in integers. With :math:`f=\sum_k\mu_k(Xw_k)_+` and :math:`y=f+1` the
    residual is ``ν``, so ``ν`` is dual feasible, the neurons are tight, and the network is optimal for every width: no
    rounding enters. Vertices come
    from elimination in rational numbers.

    Examples
    --------
    >>> found = exact_instance("octahedron", [1, 0, 0, 0, 0, 0, 0, 1])
    >>> found.beta_squared, found.y.tolist(), sorted(map(len, found.supports))
    (3, [2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 4, 4])
    """
    X = _samples(one_of("shape", shape, SHAPES))
    patterns = enumerate_patterns(X)
    sums = X.T @ patterns.astype(int)
    squares = (sums**2).sum(axis=0)
    beta_squared = int(squares.max())
    best = squares == beta_squared
    if (((2 * patterns - 1) * (X @ sums))[:, best] < 0).any():
        raise ValueError(f"shape: expected maximisers inside their cells, {shape} has one outside")
    directions = np.unique(sums[:, best], axis=1)
    columns = np.maximum(X @ directions, 0)
    weights = np.asarray(weights)
    if weights.shape != (directions.shape[1],) or weights.dtype.kind not in "iu" or (weights < 0).any():
        raise ValueError(f"weights: expected {directions.shape[1]} non-negative integers, got {weights.tolist()}")
    fit = columns @ weights
    return ExactInstance(X, fit + 1, beta_squared, directions, columns, rational_vertices(columns, fit))


def rational_vertices(columns, fit):
    r"""Vertices of :math:`\{\mu\ge0: Z\mu=f\}` for integers ``Z`` and ``f``, in rational numbers.

    Parameters
    ----------
    columns : ndarray of int, shape (n, K)
    fit : ndarray of int, shape (n,)

    Returns
    -------
    list of list of Fraction
        Small supports first, then lexicographic.
    """
    count, vertices = columns.shape[1], []
    for size in range(1, min(columns.shape) + 1):
        for support in combinations(range(count), size):
            strengths = _solve(columns[:, support], fit)
            if strengths is not None and min(strengths) > 0:
                vertex = [Fraction(0)] * count
                for k, strength in zip(support, strengths, strict=True):
                    vertex[k] = strength
                vertices.append(vertex)
    return vertices


def _samples(shape):
    if shape == "octahedron":
        return np.vstack([np.eye(3, dtype=int), -np.eye(3, dtype=int)])
    return np.array(list(product((1, -1), repeat=2 if shape == "square" else 3)))


def _solve(matrix, right):
    """The solution of a system with independent columns by elimination, or None: no solution, or more than one."""
    rows = [[Fraction(int(value)) for value in (*row, end)] for row, end in zip(matrix, right, strict=True)]
    unknowns = matrix.shape[1]
    for column in range(unknowns):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [value / head for value in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                rows[i] = [value - row[column] * lead for value, lead in zip(row, rows[column], strict=True)]
    return None if any(row[-1] for row in rows[unknowns:]) else [row[-1] for row in rows[:unknowns]]
