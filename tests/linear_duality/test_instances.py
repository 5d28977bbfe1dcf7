import numpy as np
import pytest

from convexify.linear_duality import INSTANCES, CompressedProblem, circular_patches, instance, solve_dual, with_bias_row
from convexify.linear_duality.descent_records import first_at_or_below, longest_plateau


@pytest.mark.parametrize("name", INSTANCES)
def test_instances_repeat_by_seed_and_are_solvable(name):
    X, Y = instance(name, np.random.default_rng(0))
    again = instance(name, np.random.default_rng(0))
    np.testing.assert_array_equal(X, again[0])
    np.testing.assert_array_equal(Y, again[1])
    rank = min(*X.shape, Y.shape[0])
    exact = solve_dual(X, Y, 1.0, rank, method="closed-form").value
    assert solve_dual(X, Y, 1.0, rank).value == pytest.approx(exact, rel=1e-9)


def test_instances_are_what_their_names_say():
    generator = np.random.default_rng(1)
    X, _ = instance("rank_deficient", generator)
    assert (X.shape, np.linalg.matrix_rank(X)) == ((12, 60), 7)
    problem = CompressedProblem(*instance("tied", generator))
    np.testing.assert_allclose(np.linalg.svd(problem.targets, compute_uv=False), [4, 3, 3, 3, 2, 1], atol=1e-12)
    assert problem.constant == pytest.approx(0, abs=1e-20)
    X, _ = instance("circulant", generator)
    np.testing.assert_array_equal(X, circular_patches(X[0].reshape(10, 12), 5))
    X, _ = instance("affine", generator)
    np.testing.assert_array_equal(X[-1], 1)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"^name: "):
        instance("unknown", np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"^kernel_size: "):
        circular_patches(np.ones((2, 5)), 6)
    with pytest.raises(ValueError, match=r"^X: "):
        with_bias_row([1.0, 2.0])


def test_time_to_target_is_that_of_the_first_record_below_it():
    assert first_at_or_below([0, 10, 20, 30], [1.0, 0.1, 0.5, 0.05], 0.1) == 10
    assert np.isnan(first_at_or_below([0, 10], [1.0, 0.9], 0.1))


def test_longest_plateau_counts_flat_pieces_of_large_gaps_only():
    iterations = np.arange(0, 1000, 100)
    gaps = [1.0, 0.1, 0.0999, 0.0998, 0.01, 0.00999, 1e-5, 1e-5, 1e-5, 1e-5]
    assert longest_plateau(iterations, gaps)[0] == 200
    assert longest_plateau(iterations, np.geomspace(1, 1e-8, 10)) == (0, 0)
    assert longest_plateau([0, 100, 200], [1.0, np.inf, np.inf]) == (0, 0)
