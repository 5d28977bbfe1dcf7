import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.networks.fully_connected import ACTIVATIONS, FullyConnected
from convexify.networks.residual import Residual
from convexify.width import expectations
from convexify.width.empirical import empirical_gram
from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram

ABLATIONS = [{}, {"branch_scaling": "1", "c_res": 0.9}, {"branch_scaling": "1/sqrt(H)"}, {"skip": False, "c_res": 0.9}]


def unit_rows(n, d, seed=0):
    X = np.random.default_rng(seed).standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def definition_entry_by_entry(X, H, activation, c_res=None):
    """Definition 1 read aloud, one pair of points at a time; c_res makes it the residual one."""
    n = len(X)
    c_sigma = 1 / float(expectations.product_moment(activation, 1.0, 1.0))

    def pair(moment, K, i, j):
        q = np.sqrt(K[i, i] * K[j, j])
        return float(moment(activation, q, np.clip(K[i, j] / q, -1, 1)))

    matrices = [X @ X.T]
    b = np.zeros(n)
    for h in range(1, H + 1):
        A = matrices[-1]
        K = np.empty((n, n))
        means = np.array([expectations.mean(activation, A[i, i]) for i in range(n)])
        for i in range(n):
            for j in range(n):
                first = c_res is None or h == 1
                scale = np.sqrt(c_sigma) if first else c_res / H
                if h == H:
                    K[i, j] = scale**2 * A[i, j] * pair(expectations.derivative_moment, A, i, j)
                elif first:
                    K[i, j] = c_sigma * pair(expectations.product_moment, A, i, j)
                else:
                    cross = scale * (b[i] * means[j] + b[j] * means[i])
                    K[i, j] = A[i, j] + cross + scale**2 * pair(expectations.product_moment, A, i, j)
        b = np.sqrt(c_sigma) * means if h == 1 else b + (0 if c_res is None else c_res / H) * means
        matrices.append(K)
    return matrices


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("c_res", [None, 0.7])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_gram_is_definition_1_entry_by_entry(activation, c_res, depth):
    X = unit_rows(4, 3)
    options = {"architecture": "fc"} if c_res is None else {"architecture": "resnet", "c_res": c_res}
    expected = definition_entry_by_entry(X, depth, activation, c_res)
    for ours, reference in zip(gram(X, depth, activation=activation, **options), expected, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=0, atol=1e-10)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("options", ABLATIONS)
def test_residual_networks_of_width_2048_agree_with_their_limit(activation, options):
    check_wide_networks(Residual, "resnet", activation, options)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_fully_connected_networks_of_width_2048_agree_with_their_limit(activation):
    check_wide_networks(FullyConnected, "fc", activation, {})


def check_wide_networks(network, architecture, activation, options):
    X, depth, width, starts = unit_rows(5, 4), 3, 2048, 4
    limits = tangent_gram(X, depth, architecture=architecture, activation=activation, **options)
    nets = [network(4, width, depth, activation=activation, seed=s, **options) for s in range(starts)]
    measured = np.mean([empirical_gram(net, X) for net in nets], axis=0)
    for G, limit in zip(measured, limits, strict=True):
        # One standard error of the squared output weights alone is √(2/(starts·width)) = 1.6 %.
        assert np.linalg.norm(G - limit, 2) < 0.08 * np.linalg.norm(limit, 2)


def test_last_matrix_of_the_definition_is_the_tangent_limit_of_the_last_hidden_layer():
    X = unit_rows(6, 5)
    for architecture in ("fc", "resnet"):
        np.testing.assert_array_equal(
            gram(X, 4, architecture=architecture)[-1], tangent_gram(X, 4, architecture=architecture)[3]
        )


def test_wide_networks_reject_the_printed_last_line_of_definition_1():
    X, options = unit_rows(8, 8, seed=3), {"activation": "softplus"}
    measured = np.mean([empirical_gram(FullyConnected(8, 1024, 3, seed=s), X)[2] for s in range(6)], axis=0)
    ours, printed = gram(X, 3, **options)[-1], gram(X, 3, as_printed=True, **options)[-1]
    distances = [np.linalg.norm(measured / np.trace(measured) - K / np.trace(K)) for K in (ours, printed)]
    assert distances[1] > 2 * distances[0]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 6),
    st.sampled_from(["fc", "resnet"]),
    st.sampled_from(sorted(ACTIVATIONS)),
)
def test_every_matrix_is_symmetric_positive_semidefinite_with_a_constant_diagonal(
    seed, depth, architecture, activation
):
    X = unit_rows(6, 4, seed)
    for K in gram(X, depth, architecture=architecture, activation=activation):
        np.testing.assert_allclose(K, K.T, atol=1e-14)
        assert np.ptp(np.diag(K)) < 1e-12 * K[0, 0]
        assert smallest_eigenvalue(K) > -1e-12 * np.trace(K)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_normaliser_keeps_the_diagonal_of_fully_connected_networks_at_one(activation):
    for K in gram(unit_rows(5, 4), 5, activation=activation)[:-1]:
        np.testing.assert_allclose(np.diag(K), 1.0, atol=1e-11)


def test_rotating_the_data_changes_nothing():
    X = unit_rows(6, 5)
    Q = np.linalg.qr(np.random.default_rng(1).standard_normal((5, 5)))[0]
    np.testing.assert_allclose(gram(X @ Q, 3)[-1], gram(X, 3)[-1], atol=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("architecture", ["fc", "resnet"])
def test_duplicate_rows_are_allowed_and_make_the_smallest_eigenvalue_zero(architecture, activation):
    X = np.vstack([unit_rows(7, 5), unit_rows(7, 5)[2]])
    for K in gram(X, 3, architecture=architecture, activation=activation):
        np.testing.assert_array_equal(K[2], K[-1])
        assert abs(smallest_eigenvalue(K)) < 1e-13 * np.trace(K)


def test_one_layer_is_the_same_for_both_architectures():
    X = unit_rows(5, 4)
    np.testing.assert_array_equal(gram(X, 1)[1], gram(X, 1, architecture="resnet")[1])


def test_rows_normalised_in_single_precision_pass():
    X = unit_rows(6, 5)
    np.testing.assert_allclose(gram(X.astype(np.float32), 3)[-1], gram(X, 3)[-1], atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 0}, "depth: expected at least 1"),
        ({"depth": 10**9}, "depth: expected at most 10000"),
        ({"depth": 2.0}, "depth: expected an integer"),
        ({"activation": "sine"}, "activation: expected one of"),
        ({"architecture": "cnn"}, "architecture: expected one of"),
        ({"architecture": "resnet", "c_res": 0.0}, "c_res: expected more than 0"),
        ({"architecture": "resnet", "c_res": 1.0}, "c_res: expected less than 1"),
        ({"architecture": "resnet", "branch_scaling": "H"}, "branch_scaling: expected one of"),
        ({"X": 2 * np.eye(3)}, "X: expected rows of unit norm, got norm 2 in row 0"),
        ({"X": np.vstack([np.eye(3), np.zeros(3)])}, "X: expected rows of unit norm, got norm 0 in row 3"),
        ({"X": np.full((2, 2), np.nan)}, "X: expected finite entries"),
        ({"X": np.ones(3)}, "X: expected a two-dimensional array"),
        ({"depth": 1, "as_printed": True}, "as_printed: expected depth of at least 2"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"X": np.eye(3), "depth": 3, **change}
    with pytest.raises(ValueError, match=message):
        gram(arguments.pop("X"), arguments.pop("depth"), **arguments)
