import numpy as np
import pytest

from convexify.networks.fully_connected import FullyConnected
from convexify.width.empirical import empirical_gram
from convexify.width.limit_distances import WideLimit, relative_distance, unit_trace
from convexify.width.limits import gram, tangent_gram

X = np.random.default_rng(0).standard_normal((5, 4))
X /= np.linalg.norm(X, axis=1, keepdims=True)
LIMIT = WideLimit(X, 3, "fc", "softplus")


def test_the_limits_themselves_have_distance_zero():
    table = LIMIT.distances([LIMIT.tangent])
    assert list(table["layer"]) == [1, 2, 3, 4]
    assert table["distance_to_limit"].max() == 0
    last = table[table["layer"] == 3].iloc[0]
    assert last["distance_to_k_h"] == pytest.approx(0.0, abs=1e-12)
    corrected, printed = LIMIT.shape_distances([LIMIT.tangent] * 2)
    assert corrected == pytest.approx(0.0, abs=1e-12)
    assert printed > 0.01
    assert np.isnan(table["distance_to_k_h"].iloc[-1])


def test_distances_fall_with_the_width():
    def median(width):
        nets = [FullyConnected(4, width, 3, seed=seed) for seed in range(10)]
        return LIMIT.distances([empirical_gram(net, X) for net in nets])["distance_to_limit"].median()

    assert median(1024) < median(64) / 2


def test_bounds_are_those_of_the_smallest_eigenvalues():
    smallest = np.linalg.eigvalsh(gram(X, 3)[-1])[0]
    of_all_layers = np.linalg.eigvalsh(sum(tangent_gram(X, 3)))[0]
    bound, kernel_bound = LIMIT.loss_bounds(np.array([0.1, 0.1]), np.array([0, 5]))
    assert bound == pytest.approx([1.0, (1 - 0.1 * smallest / 2) ** 5], rel=1e-10)
    assert kernel_bound == pytest.approx([1.0, (1 - 0.1 * of_all_layers) ** 10], rel=1e-10)


def test_distance_and_shape_are_free_of_scale():
    A = X @ X.T
    assert relative_distance(2 * A, A) == pytest.approx(1.0)
    assert unit_trace(3 * A) == pytest.approx(A / 5)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="architecture: expected one of"):
        WideLimit(X, 3, "cnn", "softplus")
    with pytest.raises(ValueError, match="as_printed: expected depth of at least 2"):
        WideLimit(X, 1, "fc", "softplus")
