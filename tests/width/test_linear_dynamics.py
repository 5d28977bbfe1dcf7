import numpy as np
import pytest

from convexify.networks.fully_connected import FullyConnected
from convexify.width.empirical import empirical_gram
from convexify.width.limits import gram
from convexify.width.linear_dynamics import iterations_to_target, linear_dynamics_iterations, one_step_defect

STREAM = np.random.default_rng(0)
X = STREAM.standard_normal((6, 5))
X /= np.linalg.norm(X, axis=1, keepdims=True)
y = STREAM.standard_normal(6)


def test_linear_dynamics_iterations_agree_with_running_them():
    K = gram(X, 3)[-1]
    needed = linear_dynamics_iterations(K, y, step_fraction=0.5, target=0.3)
    residual, step = y.copy(), 1 / np.linalg.norm(K, 2)
    for k in range(1, int(needed) + 1):
        residual = residual - step * K @ residual
        assert (residual @ residual <= 0.3 * y @ y) == (k == needed)


def test_linear_dynamics_never_ends_on_contradicting_duplicates():
    K = gram(np.vstack([X, X[:1]]), 2)[-1]
    contradiction = np.array([1.0, 0, 0, 0, 0, 0, -1.0])
    assert linear_dynamics_iterations(K, contradiction, step_fraction=0.5, target=0.5) == np.inf


def test_linear_dynamics_without_a_kernel_never_end_and_without_a_residual_need_no_step():
    options = {"step_fraction": 0.5, "target": 0.1}
    assert linear_dynamics_iterations(np.zeros((2, 2)), [1.0, 2.0], **options) == np.inf
    assert linear_dynamics_iterations(np.eye(2), [0.0, 0.0], **options) == 0.0
    assert linear_dynamics_iterations(np.zeros((2, 2)), [0.0, 0.0], **options) == 0.0
    K = [[1.0, 0.0], [0.0, 0.25]]
    assert linear_dynamics_iterations(K, [0.0, 1e-200], **options) == 5.0


def test_one_step_defect_is_of_second_order_in_the_step():
    net = FullyConnected(5, 64, 2, seed=0)
    largest = np.linalg.norm(sum(empirical_gram(net, X)), 2)
    coarse, fine = (one_step_defect(net, X, y, fraction / largest)["linearisation_defect"] for fraction in (0.1, 0.05))
    assert coarse / fine == pytest.approx(4.0, rel=0.1)


def test_sum_to_h_leaves_out_the_output_layer():
    net = FullyConnected(5, 64, 2, seed=0)
    G = empirical_gram(net, X)
    share = one_step_defect(net, X, y, 1e-3)["missing_without_output_layer"]
    assert share == pytest.approx(np.linalg.norm(G[-1]) / np.linalg.norm(sum(G)))
    assert share > 0.1


def test_iterations_to_target_are_the_first_ones():
    losses = [[8.0, 4.0, 1.0, 0.5], [8.0, 8.0, 8.0, 8.0], [8.0, np.nan, np.nan, np.nan]]
    np.testing.assert_array_equal(iterations_to_target(losses, 0.2), [2.0, np.nan, np.nan])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: iterations_to_target([[1.0, 0.5]], 1.0), "target: expected a number in"),
        (lambda: linear_dynamics_iterations(np.eye(2), [1.0, 1.0], step_fraction=1.0, target=0.5), "step_fraction"),
        (lambda: linear_dynamics_iterations(np.eye(2), [1.0], step_fraction=0.5, target=0.5), "y: expected 2 entries"),
        (lambda: one_step_defect(FullyConnected(5, 4, 1), X, y, 0.0), "step: expected more than 0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
