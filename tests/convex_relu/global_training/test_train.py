"""Global training: equal to the program over all patterns, never above its start, bounds that hold, bad input."""

import resource

import cvxpy as cp
import numpy as np
import pytest
import torch

from convexify.convex_relu.global_training import amplitudes, train_globally
from convexify.convex_relu.global_training.start import as_network
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns, general_position_count
from convexify.convex_relu.solvers.regularization_path import beta_max
from convexify.convex_relu.solvers.solve import solve
from convexify.warnings import ConvergenceWarning


def small_problem(seed, loss="squared"):
    """Random rows, some of them twice, in rank 1 to 3; targets or labels of both classes; a penalty below beta_max."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(2, 11)), int(rng.integers(1, 4))
    X = rng.standard_normal((n, d))
    if seed % 5 == 0:
        X[-1] = X[0]
    if seed % 3 == 0 and d > 1:
        X[:, -1] = 1.0
    y = rng.standard_normal(n)
    if loss != "squared":
        y = np.where(rng.random(n) < 0.5, -1.0, 1.0)
        y[:2] = 1.0, -1.0
    return X, y, 10 ** rng.uniform(-2.5, 0)


@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
@pytest.mark.parametrize("block", range(10))
def test_equals_the_program_over_all_patterns(loss, block):
    for seed in range(8 * block, 8 * block + 8):
        X, y, beta = small_problem(seed, loss)
        reference = solve(X, y, enumerate_patterns(X), beta, loss=loss, tol=1e-8)
        answer = train_globally(X, y, beta, loss=loss, tol=2e-7)
        assert answer.objective == pytest.approx(reference.primal, rel=1e-6)
        assert answer.lower_bound <= reference.primal * (1 + 1e-12)
        assert reference.dual <= answer.objective * (1 + 1e-12)
        assert answer.exact
        assert answer.gap <= 2e-7
        assert answer.objective == network_objective(answer.network, X, y, beta, loss=loss)
        assert answer.violation_found * beta <= 1e-4 * beta_max(X, y, enumerate_patterns(X), loss=loss)


def curved(n, d, seed=0):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.standard_normal((n, d - 1)), np.ones(n)])
    return X, np.sin(2 * X[:, 0]) + 0.3 * rng.standard_normal(n)


def test_several_outputs_reduce_to_one_where_they_are_copies_or_zero():
    X, y = curved(60, 2)
    single = train_globally(X, y, 0.5, tol=1e-6)
    padded = train_globally(X, np.column_stack([y, 0 * y]), 0.5, tol=1e-5)
    assert padded.gap <= 1e-5
    assert padded.objective == pytest.approx(single.objective, rel=2e-5)
    # a pair of equal columns is one column with a loss twice as large and a penalty √2 as large
    weaker = train_globally(X, y, 0.5 / np.sqrt(2), tol=1e-6)
    twice = train_globally(X, np.column_stack([y, y]), 0.5, tol=1e-5)
    assert twice.objective == pytest.approx(2 * weaker.objective, rel=2e-5)
    assert twice.network.a.shape[1] == 2


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_bound_for_several_outputs_in_rank_three_is_below_every_network_trained(loss):
    X, y = curved(40, 3)
    Y = np.column_stack([y, np.cos(2 * X[:, 1])])
    Y = np.sign(Y) if loss == "logistic" else Y
    answer = train_globally(X, Y, 0.3, loss=loss, tol=1e-3)
    assert answer.exact
    assert answer.gap <= 1e-3
    for seed in range(5):
        start = TwoLayerReLU(*(np.random.default_rng(seed).standard_normal(shape) for shape in ((3, 30), (30, 2))))
        assert network_objective(start, X, Y, 0.3, loss=loss) >= answer.lower_bound
        trained = train_globally(X, Y, 0.3, loss=loss, tol=1e-2, start=start)
        assert trained.objective >= answer.lower_bound


def hinge_over_directions(X, Y, beta, U):
    """Optimum of the hinge loss over neurons of the given directions, by cvxpy: above that over all of them."""
    A = cp.Variable((U.shape[1], Y.shape[1]))
    loss = cp.sum(cp.pos(1 - cp.multiply(Y, np.maximum(X @ U, 0.0) @ A)))
    return cp.Problem(cp.Minimize(loss + beta * cp.sum(cp.norm(A, axis=1)))).solve(solver="CLARABEL")


@pytest.mark.parametrize("seed", range(12))
def test_hinge_loss_with_several_outputs_equals_the_program_over_a_grid_of_directions(seed):
    rng = np.random.default_rng(seed)
    n, c = int(rng.integers(4, 13)), 2 + seed % 2
    X, Y = rng.standard_normal((n, 2)), np.sign(rng.standard_normal((n, c)))
    Y[:2] = [[1.0], [-1.0]]
    beta = 10 ** rng.uniform(-2, 0)
    answer = train_globally(X, Y, beta, loss="hinge")
    kinks = np.arctan2(X[:, 1], X[:, 0]) + np.pi / 2
    angles = np.concatenate([np.linspace(0, 2 * np.pi, 500), kinks, kinks + np.pi])
    grid = hinge_over_directions(X, Y, beta, np.array([np.cos(angles), np.sin(angles)]))
    assert answer.exact
    assert answer.gap <= 1e-4
    assert answer.lower_bound <= grid * (1 + 1e-8)
    assert answer.objective == pytest.approx(grid, rel=2e-3)
    assert answer.objective <= grid * (1 + 1e-4)
    assert answer.objective == network_objective(answer.network, X, Y, beta, loss="hinge")


def test_hinge_loss_of_opposite_outputs_is_that_of_one_with_another_penalty():
    X, y = curved(40, 2)
    y = np.sign(y)
    # f and -f in two columns: the loss twice as large, the penalty √2 as large
    single = train_globally(X, y, 0.5 / np.sqrt(2), loss="hinge", tol=1e-6)
    both = train_globally(X, np.column_stack([y, -y]), 0.5, loss="hinge", tol=1e-6)
    assert both.gap <= 1e-6
    assert both.objective == pytest.approx(2 * single.objective, rel=3e-6)


def test_hinge_loss_with_several_outputs_in_rank_three():
    X, y = curved(20, 3)
    Y = np.sign(np.column_stack([y, np.cos(2 * X[:, 1])]))
    answer = train_globally(X, Y, 0.5, loss="hinge", tol=1e-3)
    assert answer.exact
    assert answer.gap <= 1e-3
    U = np.random.default_rng(0).standard_normal((3, 1000))
    assert answer.lower_bound <= hinge_over_directions(X, Y, 0.5, U / np.linalg.norm(U, axis=0))


def test_hinge_loss_with_several_outputs_has_a_valid_bound_where_cone_programs_are_too_large(monkeypatch):
    monkeypatch.setattr(amplitudes, "_LARGEST_CONES", 1e3)
    X, y = curved(40, 2)
    Y = np.sign(np.column_stack([y, np.cos(2 * X[:, 0])]))
    with pytest.warns(ConvergenceWarning):
        answer = train_globally(X, Y, 0.5, loss="hinge", tol=1e-6, max_time=2.0)
    apart = [train_globally(X, column, 0.5, loss="hinge", tol=1e-6) for column in Y.T]
    # neurons that feed one output each are a network for both
    assert answer.lower_bound <= sum(a.objective for a in apart)
    assert max(a.lower_bound for a in apart) <= answer.objective


def test_lower_than_adam_in_higher_rank_with_a_valid_bound():
    X, y = curved(150, 8)
    trained = fit_networks(X, y, 0.15, 100, method="adam", step=0.01, iterations=2000).network(0)
    with pytest.warns(ConvergenceWarning, match="relaxation"):
        answer = train_globally(X, y, 0.15, max_time=np.inf, tol=1e-3)
    adam = network_objective(trained, X, y, 0.15)
    assert not answer.exact
    assert answer.objective < adam
    assert 0 < answer.lower_bound <= answer.searched_bound <= answer.objective
    assert answer.violation_found < 0.05


def test_improves_a_network_and_never_returns_a_worse_one():
    X, y = curved(50, 2)
    start = fit_networks(X, y, 0.05, 20, method="adam", step=0.01, iterations=300).network(0)
    before = network_objective(start, X, y, 0.05)
    best = train_globally(X, y, 0.05, tol=1e-6, start=start)
    assert best.objective < before
    again = train_globally(X, y, 0.05, tol=1e-6, start=best.network)
    assert again.objective <= best.objective
    with pytest.warns(ConvergenceWarning):
        hurried = train_globally(X, y, 0.05, tol=1e-9, start=best.network, max_time=1e-4)
    assert hurried.objective <= best.objective


@pytest.mark.filterwarnings("ignore::convexify.warnings.ConvergenceWarning")
@pytest.mark.parametrize("biases", [(True, True), (True, False), (False, False)])
@pytest.mark.parametrize("outputs", [1, 2])
def test_torch_network_is_taken_as_it_is(biases, outputs):
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(3, 6, bias=biases[0]), torch.nn.ReLU(), torch.nn.Linear(6, outputs, bias=biases[1])
    ).double()
    X = np.random.default_rng(0).standard_normal((20, 3))
    network, inputs = as_network(module, X)
    with torch.no_grad():
        np.testing.assert_allclose(network.predict(inputs), module(torch.from_numpy(X)).numpy(), atol=1e-12)
    assert inputs.shape[1] == 3 + any(biases)
    # weights and hidden biases are decayed as they are, the output's bias by its norm
    parameters = [p.detach().numpy() for p in module.parameters()]
    decayed = parameters[:-1] if biases[1] else parameters
    bias = np.linalg.norm(parameters[-1]) if biases[1] else 0.0
    assert network.penalty == pytest.approx(0.5 * sum((p**2).sum() for p in decayed) + bias)
    y = np.random.default_rng(1).standard_normal(20 if outputs == 1 else (20, outputs))
    answer = train_globally(X, y, 0.1, start=module, max_time=2.0, tol=1e-2)
    start = network if outputs > 1 else TwoLayerReLU(network.W, network.a[:, 0])
    assert answer.objective <= network_objective(start, inputs, y, 0.1)
    assert answer.network.W.shape[0] == inputs.shape[1]


@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
def test_zero_network_is_proved_optimal_from_beta_max_on(loss):
    X, y, _ = small_problem(7, loss)
    largest = beta_max(X, y, enumerate_patterns(X), loss=loss)
    answer = train_globally(X, y, 1.001 * largest, loss=loss, tol=1e-9)
    zero = TwoLayerReLU(np.zeros((X.shape[1], 1)), [0.0])
    assert answer.objective == network_objective(zero, X, y, 1.0, loss=loss)
    assert not answer.network.W.any()
    assert answer.gap <= 1e-9
    if loss == "squared":
        assert train_globally(X, y, 0.999 * largest, tol=1e-9).network.W.any()


def test_degenerate_data_is_trained_and_proved():
    for X, y in [
        ([[2.0]], [3.0]),
        ([[0.0, 0.0]], [1.0]),
        ([[1.0, 2.0]] * 4, [1.0, 2.0, 3.0, 4.0]),
        ([[1.0], [-1.0], [2.0]], [0.0, 0.0, 0.0]),
        ([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]], [1.0, -1.0, 0.5, 7.0]),
    ]:
        answer = train_globally(X, y, 0.1, tol=1e-8)
        assert answer.exact
        assert answer.gap <= 1e-8
        assert np.isfinite(answer.network.W).all()
    # one sample: min ½(2w a − 3)² + β|w a| over the product
    assert train_globally([[2.0]], [3.0], 0.1, tol=1e-10).objective == pytest.approx(0.05**2 / 2 + 0.1 * (3 - 0.05) / 2)


@pytest.mark.parametrize("unit_x", [1e-6, 1e6])
@pytest.mark.parametrize("unit_y", [1e-6, 1e6])
def test_units_do_not_matter(unit_x, unit_y):
    X, y = curved(30, 2)
    plain = train_globally(X, y, 0.2, tol=1e-7)
    scaled = train_globally(unit_x * X, unit_y * y, 0.2 * unit_x * unit_y, tol=1e-7)
    assert scaled.objective == pytest.approx(plain.objective * unit_y**2, rel=1e-6)
    assert scaled.gap <= 1e-7


OUTSIDE_UNITS = {
    "offset": lambda rng: np.column_stack([2e4 + rng.standard_normal((12, 2)), np.ones(12)]),
    "columns": lambda rng: rng.standard_normal((12, 3)) * [1e-5, 1.0, 1e5],
    "kelvin and pascal": lambda rng: np.column_stack(
        [293 + 5 * rng.standard_normal(12), 101325 + 500 * rng.standard_normal(12), np.ones(12)]
    ),
    "almost copies": lambda rng: np.tile(rng.standard_normal((4, 3)), (2, 1)) + 1e-6 * rng.standard_normal((8, 3)),
}


@pytest.mark.filterwarnings("ignore::convexify.warnings.ConvergenceWarning")
@pytest.mark.parametrize("kind", OUTSIDE_UNITS)
def test_no_network_is_below_the_bound_whatever_offsets_and_units(kind):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X = OUTSIDE_UNITS[kind](rng)
        y = rng.standard_normal(len(X))
        for share in (1e-3, 0.1):
            beta = share * beta_max(X, y, enumerate_patterns(X))
            answer = train_globally(X, y, beta, tol=1e-6, max_time=20.0)
            other = train_globally(X, y, beta, max_time=0.5, pricing="local")
            assert answer.exact
            assert answer.gap <= 1e-4
            assert answer.lower_bound <= network_objective(other.network, X, y, beta) * (1 + 1e-9)


def test_time_that_runs_out_gives_a_valid_answer_and_the_warning():
    X, y = curved(3000, 4)
    with pytest.warns(ConvergenceWarning, match="above tol"):
        answer = train_globally(X, y, 3.0, tol=1e-9, max_time=0.1)
    assert 0 <= answer.lower_bound <= answer.objective
    assert answer.objective <= 0.5 * (y @ y)
    assert answer.seconds < 5.0
    assert answer.gap == pytest.approx(1 - answer.lower_bound / answer.objective)


def test_rounds_that_are_used_up_give_the_same_answer_whatever_the_clock(monkeypatch):
    X, y = curved(80, 6)
    arguments = {"tol": 1e-9, "max_time": np.inf, "max_rounds": 3, "pricing": "local"}
    with pytest.warns(ConvergenceWarning, match="3 rounds"):
        first = train_globally(X, y, 0.5, **arguments)
    assert len(first.history) == 4
    assert 0 < first.lower_bound <= first.objective <= 0.5 * (y @ y)
    monkeypatch.setattr("time.perf_counter", iter(range(0, 10**9, 10**4)).__next__)
    with pytest.warns(ConvergenceWarning):
        slow = train_globally(X, y, 0.5, **arguments)
    np.testing.assert_array_equal(first.network.W, slow.network.W)
    with pytest.warns(ConvergenceWarning):
        none = train_globally(X, y, 0.5, tol=1e-9, max_rounds=0, pricing="local")
    assert none.objective == pytest.approx(0.5 * (y @ y))
    assert none.lower_bound <= first.objective


def test_memory_does_not_grow_with_the_number_of_patterns():
    X, y = curved(300, 3)
    assert general_position_count(300, 3) > 80_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = train_globally(X, y, 0.3, tol=1e-4)
    assert answer.exact
    assert answer.gap <= 1e-4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def test_exact_pricing_in_high_rank_ends_with_the_bound_of_a_relaxation():
    # corners of one box: a million in rank 21
    X, y = curved(100, 21)
    with pytest.warns(ConvergenceWarning, match="by a relaxation"):
        answer = train_globally(X, y, 1.0, pricing="exact", max_rounds=2)
    assert not answer.exact
    assert answer.boxes == 0
    assert 0 < answer.lower_bound < answer.objective


def test_history_and_patterns_describe_the_run():
    X, y = curved(40, 2)
    answer = train_globally(X, y, 0.2, tol=1e-6)
    history = answer.history
    assert (np.diff(history.objective) <= 1e-12 * history.objective.iloc[0]).all()
    assert (np.diff(history.lower_bound) >= 0).all()
    assert history.objective.iloc[-1] == pytest.approx(answer.objective, rel=1e-9)
    active = X @ answer.network.W > 1e-9
    for column in active.T:
        assert (answer.patterns >= column[:, None]).all(axis=0).any()
    # a program on these patterns alone already has the optimum
    assert solve(X, y, answer.patterns, 0.2, tol=1e-7).primal == pytest.approx(answer.objective, rel=2e-6)


def test_same_seed_gives_the_same_answer():
    X, y = curved(80, 6)
    with pytest.warns(ConvergenceWarning):
        first, second = (train_globally(X, y, 2.0, tol=1e-3, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.network.W, second.network.W)


def test_data_whose_squares_vanish_is_refused_by_name_and_smaller_units_are_not():
    X, y = curved(10, 2)
    with pytest.raises(ValueError, match=r"^X: expected zeros or an entry of modulus at least 1e-75"):
        train_globally(1e-200 * X, y, 0.1)
    with pytest.raises(ValueError, match=r"^y: expected zeros or an entry of modulus at least 1e-75"):
        train_globally(X, 1e-200 * y, 0.1)
    tiny = train_globally(1e-70 * X, y, 1e-71)
    assert tiny.objective == pytest.approx(train_globally(X, y, 0.1).objective, rel=1e-4)


def test_bad_arguments_are_rejected_by_name():
    X, y = curved(10, 2)
    for arguments, message in [
        ({"beta": 0.0}, r"^beta: expected more than 0"),
        ({"tol": -1.0}, r"^tol: expected"),
        ({"max_time": 0.0}, r"^max_time: expected"),
        ({"max_rounds": -1}, r"^max_rounds: expected"),
        ({"pricing": "some"}, r"^pricing: expected one of"),
        ({"seed": 1.5}, r"^seed: expected an integer"),
        ({"loss": "absolute"}, r"^loss: expected one of"),
        ({"loss": "hinge"}, r"^y: expected labels"),
        ({"y": y[:-1]}, r"^y: expected 10 rows"),
        ({"X": np.full((10, 2), np.nan)}, r"^X: expected finite"),
        ({"start": TwoLayerReLU(np.ones((3, 2)), np.ones(2))}, r"^X: expected 3 columns"),
        ({"start": TwoLayerReLU(np.ones((2, 2)), np.ones((2, 3)))}, r"^network: expected 1 output"),
        ({"start": torch.nn.Linear(2, 1)}, r"^network: expected TwoLayerReLU"),
        ({"start": GatedNetwork(np.ones((2, 1)), np.ones(1), gates=np.ones((2, 1)))}, r"^network: expected TwoLayer"),
    ]:
        with pytest.raises(ValueError, match=message):
            train_globally(**{"X": X, "y": y, "beta": 0.1, **arguments})


def test_grouped_network_is_a_start_as_the_two_layer_network_that_it_is():
    X, y = curved(20, 2)
    Y = np.column_stack([y, -y])
    grouped = GroupedReLU(np.random.default_rng(0).standard_normal((2, 3, 2)), np.ones(3))
    answer = train_globally(X, Y, 0.1, start=grouped, tol=1e-3)
    assert answer.objective <= network_objective(grouped.as_two_layer(), X, Y, 0.1)
