"""Components of the set of optimal networks: the formula, the graph of placements, and networks on a lattice."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from convexify.convex_relu.optimal_set.components import count_components, count_placements, thresholds
from convexify.convex_relu.optimal_set.exact_instances import exact_instance

UNITS = 4  # the lattice has strengths in quarters
SQUARE = ("square", [1, 0, 0, 1])
CUBE = ("cube", [2, 0, 0, 0, 0, 1])
OCTAHEDRON = ("octahedron", [1, 0, 0, 0, 0, 0, 0, 1])


def lattice_networks(columns, left, width):
    """All networks whose neurons lie on rays at multiples of a quarter, (count, width * K), by trying all of them."""
    if not width:
        return [[]] if not left.any() else []
    count, found = columns.shape[1], []
    for k in [-1, *range(count)]:
        for strength in [0] if k < 0 else range(1, left.max() + 1):
            rest = left - (strength * columns[:, k] if strength else 0)
            if (rest < 0).any():
                break
            neuron = np.zeros(count, dtype=int)
            neuron[k] = strength
            found += [[*neuron, *others] for others in lattice_networks(columns, rest, width - 1)]
    return found


def components_on_the_lattice(instance, width):
    """(isolated, others): networks are neighbours if every neuron moves by at most one step."""
    columns = instance.columns // instance.columns.max()
    fit = (instance.y - 1) // instance.columns.max()
    states = np.array(lattice_networks(columns, UNITS * fit, width)).reshape(-1, width * columns.shape[1])
    if not len(states):
        return 0, 0
    pairs = cKDTree(states).query_pairs(1.01, p=np.inf, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(states),) * 2)
    sizes = np.bincount(connected_components(graph, directed=False)[1])
    return int((sizes == 1).sum()), int((sizes > 1).sum())


@pytest.mark.parametrize(
    ("case", "widths"), [(SQUARE, (1, 2, 3, 4)), (CUBE, (1, 2, 3)), (OCTAHEDRON, (2, 3, 4))], ids=lambda x: x[0]
)
def test_networks_on_a_lattice_have_as_many_components(case, widths):
    instance = exact_instance(*case)
    for width in widths:
        expected = components_on_the_lattice(instance, width)
        assert count_components(instance.supports, width) == expected
        assert count_placements(instance.supports, width) == expected


@pytest.mark.parametrize("width", [1, 2, 3])
def test_zero_alone_is_one_isolated_network_at_every_width(width):
    assert count_components([frozenset()], width) == (1, 0)
    assert count_placements([frozenset()], width) == (1, 0)


@pytest.mark.parametrize("weights", [[1, 1, 0, 2, 0, 0, 0, 1], [0, 1, 2, 0, 1, 0, 0, 2], [0, 0, 0, 1, 0, 0, 0, 0]])
def test_formula_is_the_graph_of_placements(weights):
    supports = exact_instance("octahedron", weights).supports
    for width in range(1, 6):
        assert count_components(supports, width) == count_placements(supports, width)


def test_staircase_of_the_octahedron():
    supports = exact_instance(*OCTAHEDRON).supports
    assert thresholds(supports, 6) == {"smallest": 2, "largest": 4, "bound": 6, "connected_from": 5}
    assert [count_components(supports, m) for m in range(1, 7)] == [(0, 0), (8, 0), (0, 4), (48, 1), (0, 1), (0, 1)]


def test_a_unique_optimum_has_a_network_for_each_order_of_its_neurons():
    unique = [frozenset({0, 2, 5})]
    assert [count_components(unique, m) for m in (2, 3, 4)] == [(0, 0), (6, 0), (0, 1)]
