from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.training import train


def least_squares(seed=0, n=40, d=5):
    rng = np.random.default_rng(seed)
    X, y = torch.tensor(rng.normal(size=(n, d))), torch.tensor(rng.normal(size=n))
    w = torch.zeros(d, dtype=torch.float64, requires_grad=True)

    def loss(batch=slice(None)):
        return 0.5 * ((X[batch] @ w - y[batch]) ** 2).mean()

    exact = np.linalg.lstsq(X.numpy(), y.numpy(), rcond=None)[0]
    best = 0.5 * np.mean((X.numpy() @ exact - y.numpy()) ** 2)
    return w, loss, exact, best, X.numpy(), y.numpy()


@pytest.mark.parametrize(
    ("method", "step", "iterations", "tolerance"),
    [("gd", 0.5, 500, 1e-10), ("adam", 0.05, 2000, 1e-6), ("lbfgs", 1.0, 40, 1e-10)],
)
def test_full_batch_methods_find_the_least_squares_solution(method, step, iterations, tolerance):
    w, loss, exact, best, _, _ = least_squares()
    history = train(w, loss, method=method, step=step, iterations=iterations)
    np.testing.assert_allclose(w.detach().numpy(), exact, atol=np.sqrt(tolerance))
    assert history.final_loss - best <= tolerance
    assert not history.diverged


def test_gradient_descent_takes_the_steps_of_its_recursion():
    w, loss, _, _, X, y = least_squares()
    history = train(w, loss, method="gd", step=0.1, iterations=7, momentum=0.5)
    iterate, velocity, losses = np.zeros(5), np.zeros(5), []
    for _ in range(8):
        losses.append(0.5 * np.mean((X @ iterate - y) ** 2))
        velocity = 0.5 * velocity + X.T @ (X @ iterate - y) / len(y)
        iterate = iterate - 0.1 * velocity
    np.testing.assert_allclose(history.loss, losses, rtol=1e-13)
    np.testing.assert_array_equal(history.iterations, np.arange(8))
    assert history.gradient_evaluations == 7


def test_sgd_with_decaying_steps_approaches_the_optimum_and_repeats_by_seed():
    finals = []
    for seed in (3, 3, 4):
        w, loss, _, best, _, _ = least_squares()
        history = train(
            w, loss, method="sgd", step=lambda k: 0.2 / (1 + k / 100), iterations=1500, n_samples=40, batch_size=7,
            seed=seed, record_every=500,
        )  # fmt: skip
        assert history.final_loss - best < 1e-3
        finals.append(history.final_loss)
    assert finals[0] == finals[1] != finals[2]


def test_every_epoch_visits_every_sample_once():
    seen = []
    w = torch.zeros(1, requires_grad=True)

    def loss(batch=slice(None)):
        if not isinstance(batch, slice):
            seen.append(batch.tolist())
        return (w**2).sum()

    train(w, loss, method="sgd", step=0.1, iterations=8, n_samples=10, batch_size=3)
    assert [len(b) for b in seen] == [3, 3, 3, 1, 3, 3, 3, 1]
    assert sorted(chain(*seen[:4])) == sorted(chain(*seen[4:])) == list(range(10))


@given(iterations=st.integers(0, 12), every=st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_records_are_the_multiples_and_the_last_iteration(iterations, every):
    w, loss, *_ = least_squares()
    history = train(
        w, loss, method="gd", step=0.1, iterations=iterations, record_every=every,
        measure=lambda: {"norm": float(w.detach().norm())},
    )  # fmt: skip
    assert history.iterations.tolist() == sorted({*range(0, iterations + 1, every), iterations})
    frame = history.to_frame()
    assert list(frame.columns) == ["iteration", "loss", "norm"]
    assert frame["norm"].iloc[-1] == pytest.approx(float(w.detach().norm()))
    assert frame["loss"].iloc[-1] == pytest.approx(float(loss().detach()))


def test_a_step_that_is_too_long_is_reported_as_divergence():
    w, loss, *_ = least_squares()
    history = train(w, loss, method="gd", step=100.0, iterations=1000)
    assert history.diverged
    assert "diverged" in history.stop
    assert history.iterations[-1] < 1000


@pytest.mark.parametrize("batch", [{}, {"n_samples": 4, "batch_size": 2}])
def test_nan_stops_the_run_and_is_named(batch):
    w = torch.ones(1, requires_grad=True)

    def loss(batch=None):
        return torch.log(w - 0.5).sum()

    history = train(w, loss, method="adam", step=1.0, iterations=50, **batch)
    assert history.diverged
    assert "nan" in history.stop or "inf" in history.stop
    assert history.iterations[-1] < 50


@pytest.mark.parametrize("method", ["gd", "lbfgs"])
def test_target_stops_at_the_first_iterate_that_reaches_it(method):
    w, loss, _, best, _, _ = least_squares()
    target = best + 1e-3
    history = train(w, loss, method=method, step=0.5, iterations=500, target=target)
    assert history.reached_target
    assert history.loss[-1] <= target < history.loss[-2]
    assert history.iterations[-1] < 500


def test_lbfgs_stops_where_no_descent_is_left():
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    history = train(w, lambda: (w**2).sum(), method="lbfgs", step=1.0, iterations=50)
    assert history.stop.startswith("stationary")
    assert history.iterations[-1] == 1


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"method": "newton"}, "method"),
        ({"step": 0.0}, "step"),
        ({"step": float("nan")}, "step"),
        ({"iterations": -1}, "iterations"),
        ({"record_every": 0}, "record_every"),
        ({"method": "sgd"}, "batch_size"),
        ({"method": "sgd", "batch_size": 4}, "n_samples"),
        ({"method": "sgd", "batch_size": 41, "n_samples": 40}, "batch_size"),
        ({"batch_size": 4, "n_samples": 40}, "batch_size"),
        ({"momentum": 1.0}, "momentum"),
        ({"method": "adam", "momentum": 0.9}, "momentum"),
        ({"seed": -1}, "seed"),
        ({"target": float("inf")}, "target"),
    ],
)
def test_bad_arguments_are_named(changes, argument):
    w, loss, *_ = least_squares()
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        train(w, loss, **{"method": "gd", "step": 0.1, "iterations": 3, **changes})


@pytest.mark.parametrize("parameters", [[], [torch.zeros(2)], [torch.full((2,), torch.nan, requires_grad=True)]])
def test_bad_parameters_are_named(parameters):
    with pytest.raises(ValueError, match=r"^parameters: "):
        train(parameters, lambda: sum(parameters).sum(), method="gd", step=0.1, iterations=3)


def test_an_infinite_objective_at_the_start_is_refused():
    w = torch.zeros(1, requires_grad=True)
    with pytest.raises(ValueError, match=r"^parameters: expected a finite objective"):
        train(w, lambda: torch.log(w).sum(), method="gd", step=0.1, iterations=3)
