"""Points of the convex program and networks: outputs and objectives are carried over exactly."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convexify.convex_relu.networks.mapping import from_network, to_network
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import patterns_of, sample_patterns

SEEDS = st.integers(0, 2**32 - 1)


def point_in_cones(seed, c=None, n=12, d=3, P=7):
    """Patterns, gates and a random point (v, w) of the cones, with some zero groups."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    patterns, gates = sample_patterns(X, P, int(rng.integers(2**31)), return_gates=True)
    parts = []
    for _ in range(2):
        shape = gates.shape if c is None else (*gates.shape, c)
        u = np.zeros(shape)
        for k in np.ndindex(*shape[2:]):
            step = rng.standard_normal(gates.shape)
            slope, room = np.abs(X @ step), np.abs(X @ gates)
            u[(..., *k)] = (gates + 0.9 * step * (room / slope).min(axis=0)) * rng.random(P) * 3
        u[:, rng.random(P) < 0.3] = 0
        parts.append(u)
    return X, patterns, gates, *parts


def convex_prediction(X, patterns, u):
    return np.einsum("ni,nd,di...->n...", patterns, X, u)


def sum_of_norms(*parts):
    return sum(np.linalg.norm(u[:, i]) for u in parts for i in range(u.shape[1]))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_network_of_a_point_has_its_predictions_and_objective(seed):
    X, patterns, _, v, w = point_in_cones(seed)
    network = to_network(v, w)
    np.testing.assert_allclose(network.predict(X), convex_prediction(X, patterns, v - w), atol=1e-12)
    assert network.penalty == pytest.approx(sum_of_norms(v, w), rel=1e-13)
    assert network.n_neurons == np.count_nonzero(np.linalg.norm(np.hstack([v, w]), axis=0))
    np.testing.assert_allclose(np.linalg.norm(network.W, axis=0), np.abs(network.a))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_point_to_network_to_point_is_the_identity(seed):
    X, patterns, _, v, w = point_in_cones(seed)
    _, v_back, w_back = from_network(to_network(v, w), X, patterns)
    np.testing.assert_allclose(v_back, v, atol=1e-13)
    np.testing.assert_allclose(w_back, w, atol=1e-13)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 25))
def test_point_of_any_network_is_feasible_predicts_the_same_and_costs_no_more(seed, m):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((10, 3))
    network = TwoLayerReLU(rng.standard_normal((3, m)), rng.standard_normal(m))
    patterns, v, w = from_network(network, X)
    np.testing.assert_allclose(convex_prediction(X, patterns, v - w), network.predict(X), atol=1e-12)
    for u in (v, w):
        assert ((2.0 * patterns - 1.0) * (X @ u)).min() > -1e-12
    assert sum_of_norms(v, w) <= network.strengths.sum() * (1 + 1e-13) <= network.penalty * (1 + 1e-13)
    again = to_network(v, w)
    np.testing.assert_allclose(again.predict(X), network.predict(X), atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_neurons_on_kinks_are_placed_in_a_closed_cone_that_holds_them(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (8, 2)).astype(float)
    x = X[np.linalg.norm(X, axis=1).argmax()] + (0.0 if X.any() else 1.0)
    u = np.array([-x[1], x[0]])
    network = TwoLayerReLU(np.column_stack([u, -u]), [1.0, -2.0])
    patterns, v, w = from_network(network, X)
    cells = {p.tobytes() for p in np.ascontiguousarray(enumerate_patterns(X).T)}
    assert {p.tobytes() for p in np.ascontiguousarray(patterns.T)} <= cells
    np.testing.assert_allclose(convex_prediction(X, patterns, v - w), network.predict(X), atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(1, 3))
def test_grouped_network_has_the_frobenius_objective(seed, c):
    X, patterns, _, v, w = point_in_cones(seed, c)
    network = to_network(v, w)
    assert isinstance(network, GroupedReLU)
    expected = convex_prediction(X, patterns, v - w)
    np.testing.assert_allclose(network.predict(X), expected, atol=1e-12)
    np.testing.assert_allclose(network.as_two_layer().predict(X), expected, atol=1e-12)
    assert network.penalty == pytest.approx(sum_of_norms(v, w), rel=1e-13)
    _, v_back, w_back = from_network(network, X, patterns)
    np.testing.assert_allclose(v_back, v, atol=1e-12)
    np.testing.assert_allclose(w_back, w, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_group_may_leave_its_cone_by_the_tolerance_times_largest_row_norm_and_frobenius_norm(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((6, 2)) * 10.0 ** rng.uniform(-2, 2, (6, 1))
    W = rng.standard_normal((2, 1, 2))
    inside = [x @ W[:, 0].sum(axis=1) >= 0 for x in X]
    violation = max(-x @ u if above else x @ u for x, above in zip(X, inside, strict=True) for u in W[:, 0].T)
    assume(violation > 0)
    allowed = violation / (max(map(np.linalg.norm, X)) * np.linalg.norm(W))
    patterns, *_ = from_network(GroupedReLU(W, [1.0]), X, tolerance=1.001 * allowed)
    np.testing.assert_array_equal(patterns[:, 0], inside)
    with pytest.raises(ValueError, match=r"^network: expected a group's columns in one cone"):
        from_network(GroupedReLU(W, [1.0]), X, tolerance=0.999 * allowed)


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_neuron_may_leave_its_cone_by_the_tolerance_times_the_norm_of_the_row_that_it_violates(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((6, 2)) * 10.0 ** rng.uniform(-2, 2, (6, 1))
    u = rng.standard_normal((2, 1))
    violated = int(rng.integers(6))
    pattern = (X @ u >= 0) ^ (np.arange(6) == violated)[:, None]
    allowed = abs(X[violated] @ u[:, 0]) / (np.linalg.norm(X[violated]) * np.linalg.norm(u))
    from_network(TwoLayerReLU(u, [1.0]), X, pattern, tolerance=1.001 * allowed)
    with pytest.raises(ValueError, match=r"^patterns: expected the pattern of every neuron"):
        from_network(TwoLayerReLU(u, [1.0]), X, pattern, tolerance=0.999 * allowed)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_gated_networks_have_the_objective_of_their_norm(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((12, 4))
    patterns, gates = sample_patterns(X, 6, 0, return_gates=True)
    for shape, norm in [((4, 6), "frobenius"), ((4, 6, 3), "frobenius"), ((4, 6, 3), "nuclear")]:
        u = rng.standard_normal(shape)
        network = to_network(u, gates=gates, group_norm=norm)
        assert isinstance(network, GatedNetwork)
        np.testing.assert_allclose(network.predict(X), convex_prediction(X, patterns, u), atol=1e-12)
        order = "nuc" if norm == "nuclear" else None
        assert network.penalty == pytest.approx(sum(np.linalg.norm(u[:, i], order) for i in range(6)), rel=1e-12)
        _, back, none = from_network(network, X, patterns)
        assert none is None
        np.testing.assert_allclose(back, u, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_gates_that_are_zero_or_on_a_hyperplane_switch_as_the_network_predicts(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (9, 3)).astype(float)
    gates = np.column_stack([np.zeros(3), *(np.cross(X[i], rng.integers(-2, 3, 3)) for i in range(4))])
    network = GatedNetwork(rng.standard_normal((3, 5)), rng.standard_normal(5) * [1, 1, 0, 1, 1], gates=gates)
    for given_patterns in (None, enumerate_patterns(X)):
        patterns, v, _ = from_network(network, X, given_patterns, extend=True)
        np.testing.assert_allclose(convex_prediction(X, patterns, v), network.predict(X), atol=1e-12)
    own = {column.tobytes() for column in (X @ gates >= 0).T}
    assert {column.tobytes() for column in patterns_of(network, X).T} == own


def test_outputs_are_kept_where_columns_differ_in_size():
    rng = np.random.default_rng(0)
    for scale in ([1e-5, 1e5, 1.0], [1e8, 1.0, 1e-3]):
        X = rng.standard_normal((12, 3)) * scale
        network = TwoLayerReLU(rng.standard_normal((3, 6)) / np.array(scale)[:, None], rng.standard_normal(6))
        patterns, v, w = from_network(network, X)
        np.testing.assert_allclose(convex_prediction(X, patterns, v - w), network.predict(X), rtol=1e-9)


def test_two_layer_network_with_several_outputs_keeps_its_predictions():
    rng = np.random.default_rng(0)
    X, network = rng.standard_normal((9, 3)), TwoLayerReLU(rng.standard_normal((3, 5)), rng.standard_normal((5, 2)))
    patterns, v, w = from_network(network, X)
    np.testing.assert_allclose(convex_prediction(X, patterns, v - w), network.predict(X), atol=1e-12)


def test_zero_point_is_a_network_without_neurons_that_predicts_zero():
    X = np.ones((4, 2))
    network = to_network(np.zeros((2, 3)), np.zeros((2, 3)))
    assert (network.n_neurons, network.penalty) == (0, 0.0)
    np.testing.assert_array_equal(network.predict(X), np.zeros(4))
    patterns, v, _ = from_network(network, X)
    assert (patterns.shape, v.shape) == ((4, 0), (2, 0))
    assert to_network(np.zeros((2, 3, 2)), np.zeros((2, 3, 2))).predict(X).shape == (4, 2)


def test_rescaling_keeps_the_function_and_never_raises_the_decay():
    rng = np.random.default_rng(1)
    X, network = rng.standard_normal((9, 3)), TwoLayerReLU(rng.standard_normal((3, 5)), rng.standard_normal(5))
    np.testing.assert_allclose(network.rescaled().predict(X), network.predict(X))
    assert network.rescaled().penalty == pytest.approx(network.strengths.sum())
    assert network.rescaled().penalty < network.penalty


def test_group_across_cells_is_rejected():
    X = np.eye(2)
    with pytest.raises(ValueError, match=r"^network: expected a group's columns in one cone"):
        from_network(GroupedReLU(np.array([[[1.0, -1.0]], [[1.0, 0.5]]]), [1.0]), X)


def test_neuron_outside_the_given_patterns_is_named():
    X = np.eye(2)
    with pytest.raises(ValueError, match=r"^patterns: .* neuron 1"):
        from_network(TwoLayerReLU(np.array([[1.0, -1.0], [1.0, 1.0]]), [1.0, 1.0]), X, np.ones((2, 1), dtype=bool))


def test_patterns_other_than_0_and_1_are_refused():
    with pytest.raises(ValueError, match=r"^patterns: expected a boolean array"):
        from_network(TwoLayerReLU(np.ones((2, 1)), [1.0]), np.eye(2), np.full((2, 1), 0.5))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"v": np.ones((2, 3))}, "^gates: expected the gate vectors"),
        ({"v": np.ones((2, 3)), "gates": np.ones((2, 2))}, "^gates: expected 3 columns"),
        ({"v": np.ones((2, 3)), "w": np.ones((2, 2))}, "^w: expected the shape"),
        ({"v": np.ones((2, 3)), "w": np.ones((2, 3)), "gates": np.ones((2, 3))}, "^gates: expected None"),
        ({"v": np.full((2, 3), np.nan), "w": np.ones((2, 3))}, "^v: expected finite entries"),
        ({"v": "abc", "w": np.ones((2, 3))}, "^v: expected an array of real numbers"),
        ({"v": [[1.0], [1.0, 2.0]], "w": np.ones((2, 3))}, "^v: expected an array of numbers"),
        ({"v": np.ones((2, 3)), "w": 1j * np.ones((2, 3))}, "^w: expected an array of real numbers"),
        ({"v": np.ones((2, 3)), "w": np.ones((2, 3)), "group_norm": "l1"}, "^group_norm: expected one of"),
    ],
)
def test_bad_points_are_rejected_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        to_network(**arguments)


def test_bad_networks_are_rejected_by_name():
    with pytest.raises(ValueError, match=r"^W: expected finite"):
        TwoLayerReLU(np.full((2, 2), np.inf), np.ones(2))
    with pytest.raises(ValueError, match=r"^W: expected an array of numbers"):
        TwoLayerReLU([[1.0], [1.0, 2.0]], np.ones(2))
    with pytest.raises(ValueError, match=r"^a: expected an array of real numbers, got text"):
        TwoLayerReLU(np.ones((2, 2)), "ab")
    with pytest.raises(ValueError, match=r"^a: expected one entry"):
        TwoLayerReLU(np.ones((2, 2)), np.ones(3))
    with pytest.raises(ValueError, match=r"^W: expected shape"):
        GroupedReLU(np.ones((2, 2)), np.ones(2))
    with pytest.raises(ValueError, match=r"^gates: expected"):
        GatedNetwork(np.ones((2, 2)), np.ones(2), gates=np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"^X: expected 2 columns"):
        TwoLayerReLU(np.ones((2, 2)), np.ones(2)).predict(np.ones((4, 3)))
