"""Coordinates in which descent and closed forms look at a problem."""

import numpy as np
import pytest

from convexify.linear_duality.compressed_problem import CompressedProblem, optimal_value
from convexify.linear_duality.deep_linear_descent import gradient_descent
from convexify.linear_duality.weight_decay import weight_decay_dual, weight_decay_gap, weight_decay_optimum


def problem(seed=0, rank=3):
    rng = np.random.default_rng(seed)
    return CompressedProblem(rng.normal(size=(6, 30)), rng.normal(size=(5, rank)) @ rng.normal(size=(rank, 30)))


def test_spectrum_is_that_of_the_projected_targets_without_zeros():
    rng = np.random.default_rng(1)
    X, Y = rng.normal(size=(6, 30)), rng.normal(size=(5, 2)) @ rng.normal(size=(2, 30))
    expected = np.linalg.svd(Y @ np.linalg.pinv(X) @ X, compute_uv=False)[:2]
    compressed = CompressedProblem(X, Y)
    np.testing.assert_allclose(compressed.spectrum, expected, rtol=1e-12)
    np.testing.assert_allclose(compressed.with_scaled_targets(0.5).spectrum, 0.5 * expected, rtol=1e-12)


def test_white_problem_has_the_same_spectrum_and_descends_as_the_problem_with_orthonormal_inputs():
    p = problem()
    inputs, targets = p.whitened()
    np.testing.assert_array_equal(inputs, np.eye(3))
    np.testing.assert_allclose(np.linalg.svd(targets, compute_uv=False), p.spectrum, rtol=1e-12)
    # A first layer in the span of the targets' rows stays there: same objectives in all directions as in those three.
    _, _, Vt = np.linalg.svd(p.targets, full_matrices=False)

    class Start:
        def __init__(self, turn):
            self.rng, self.turn = np.random.default_rng(0), turn

        def normal(self, size):
            if size[1] == self.turn.shape[1]:
                # Undo the scaling of the initialisation by the number of inputs.
                return self.rng.normal(size=(size[0], 3)) @ self.turn * np.sqrt(size[1])
            return self.rng.normal(size=size)

    small = gradient_descent(inputs, targets, [0.2], [Start(np.eye(3))], [4], iterations=20)
    large = gradient_descent(np.eye(6), p.targets, [0.2], [Start(Vt[:3])], [4], iterations=20)
    np.testing.assert_allclose(small.objectives, large.objectives, rtol=1e-9)


def test_principal_axes_keep_the_gram_matrix_of_the_inputs_up_to_a_turn():
    p = problem()
    inputs, targets = p.in_principal_axes()
    assert np.linalg.norm(inputs, 2) == pytest.approx(1)
    expected = np.linalg.svd(p.inputs, compute_uv=False)
    np.testing.assert_allclose(np.diag(inputs) * expected[0], expected, rtol=1e-12)
    assert targets is p.targets


def test_gap_of_weight_decay_is_relative_to_its_optimum():
    spectrum = [3.0, 2.0, 1.0]
    optimum, dual = (bound(spectrum, 0.4, 4, 3) for bound in (weight_decay_optimum, weight_decay_dual))
    assert weight_decay_gap(spectrum, 0.4, 4, 3) == pytest.approx((optimum - dual) / optimum)
    assert weight_decay_gap(spectrum, 0.4, 4, 3) > 0.1
    assert weight_decay_gap(spectrum, 0.0, 4, 3) == 0.0


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([3.0, 1.0], -1.0, 1), "gamma"),
        (([3.0, 1.0], np.nan, 1), "gamma"),
        (([3.0, 1.0], 1.0, -1), "rank"),
        (([3.0, 1.0], 1.0, 1.0), "rank"),
        (([1.0, 3.0], 1.0, 1), "singular_values"),
        (([3.0, -1.0], 1.0, 1), "singular_values"),
        (([[3.0, 1.0]], 1.0, 1), "singular_values"),
    ],
)
def test_bad_arguments_of_the_optimal_value_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        optimal_value(*arguments)
