"""The estimators: scikit-learn's own checks, what they promise beside, and bad data."""

import inspect

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_moons
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from convexify.convex_relu.estimators import ConvexReLUClassifier, ConvexReLURegressor
from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.warnings import ConvergenceWarning

REGRESSORS = [ConvexReLURegressor(), ConvexReLURegressor(patterns="gated")]
CLASSIFIERS = [
    ConvexReLUClassifier(),
    ConvexReLUClassifier(patterns="gated"),
    ConvexReLUClassifier(patterns="gated", loss="squared"),
]


@pytest.mark.parametrize("estimator", [*REGRESSORS, *CLASSIFIERS], ids=repr)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_checks_pass(estimator):
    results = check_estimator(clone(estimator), on_skip=None, on_fail=None)
    assert [r["check_name"] for r in results if r["status"] not in ("passed", "skipped")] == []
    # scikit-learn itself skips what needs an environment variable of SciPy
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= {"check_array_api_input"}


def wave(n=80, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, (n, 2))
    return X, np.sin(2 * X[:, 0]) + np.abs(X[:, 1]) + 0.05 * rng.standard_normal(n)


def with_ones(X):
    return np.column_stack([X, np.ones(len(X))])


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_network_that_predicts_has_the_certified_objective_whatever_the_scale_of_columns(gated, scale):
    X, y = wave()
    X = X * [1.0, scale]
    model = ConvexReLURegressor(beta=0.1, patterns="gated" if gated else "sampled", n_patterns=30, tol=1e-6).fit(X, y)
    assert model.dual_gap_ <= 1e-6
    objective = network_objective(model.network_, with_ones(X), y, 0.1)
    assert objective == pytest.approx(model.objective_, rel=1e-8)
    np.testing.assert_allclose(model.predict(X), model.network_.predict(with_ones(X)))
    assert model.n_active_ == model.network_.n_neurons <= 2 * model.n_patterns_


@pytest.mark.parametrize("patterns", ["sampled", "gated", "global"])
def test_a_network_that_is_zero_has_no_active_neurons(patterns):
    X, _ = wave(20)
    model = ConvexReLURegressor(patterns=patterns, n_patterns=5).fit(X, np.zeros(20))
    assert model.n_active_ == 0
    np.testing.assert_array_equal(model.predict(X), np.zeros(20))


def test_global_patterns_take_data_in_its_own_units():
    rng = np.random.default_rng(0)
    X = np.column_stack([293 + 5 * rng.standard_normal(20), 101325 + 500 * rng.standard_normal(20)])
    y = X[:, 0] - 293
    model = ConvexReLURegressor(10.0, patterns="global", max_time=10.0, tol=1e-3).fit(X, y)
    assert model.dual_gap_ <= 1e-3
    assert model.objective_ == pytest.approx(network_objective(model.network_, with_ones(X), y, 10.0), rel=1e-9)


def test_estimator_agrees_with_a_call_of_solve_on_the_same_patterns():
    X, y = wave()
    model = ConvexReLURegressor(beta=0.1, n_patterns=20, fit_intercept=False, random_state=3, tol=1e-7).fit(X, y)
    seed = int(np.random.RandomState(3).randint(2**31 - 1))
    reference = solve(X, y, sample_patterns(X, 20, seed), 0.1, solver="cvxpy")
    assert model.objective_ == pytest.approx(reference.primal, rel=1e-6)


@pytest.mark.parametrize("estimator", [*REGRESSORS, *CLASSIFIERS], ids=repr)
def test_fit_does_not_depend_on_the_order_of_samples(estimator):
    X, y = wave(40)
    y = y if isinstance(estimator, ConvexReLURegressor) else np.digitize(y, [0.7, 1.5])
    order = np.random.default_rng(1).permutation(40)
    first = clone(estimator).set_params(tol=1e-8, n_patterns=15).fit(X, y)
    second = clone(estimator).set_params(tol=1e-8, n_patterns=15).fit(X[order], y[order])
    assert first.objective_ == pytest.approx(second.objective_, rel=2e-8)
    outputs = [getattr(m, "decision_function", m.predict)(X) for m in (first, second)]
    # strong convexity of the losses in the outputs turns a gap of 1e-8 into outputs equal to about its root
    np.testing.assert_allclose(*outputs, atol=1e-3)


def test_global_patterns_reach_a_lower_objective_than_sampled_ones_and_are_proved_in_low_rank():
    X, y = wave(60)
    best = ConvexReLURegressor(beta=0.1, patterns="global", tol=1e-4).fit(X, y)
    sampled = ConvexReLURegressor(beta=0.1, n_patterns=20).fit(X, y)
    assert best.dual_gap_ <= 1e-4
    assert best.objective_ < sampled.objective_
    assert best.objective_ == network_objective(best.network_, with_ones(X), y, 0.1)
    labels = np.digitize(y, [0.7, 1.5])
    classes = ConvexReLUClassifier(beta=1.0, patterns="global", tol=1e-2).fit(X, labels)
    assert classes.network_.a.shape == (classes.n_active_, 3)
    assert classes.dual_gap_ <= 1e-2
    assert classes.score(X, labels) > 0.8
    with pytest.raises(ValueError, match=r"^patterns: expected one of"):
        ConvexReLURegressor(patterns="every").fit(X, y)


def test_neurons_learn_what_a_linear_model_cannot():
    X, y = make_moons(200, noise=0.1, random_state=0)
    for loss in ("squared", "logistic"):
        assert ConvexReLUClassifier(beta=0.1, loss=loss, n_patterns=30, tol=1e-3).fit(X, y).score(X, y) > 0.97
    X, y = wave(200)
    assert make_pipeline(StandardScaler(), ConvexReLURegressor(beta=0.1, patterns="gated")).fit(X, y).score(X, y) > 0.95


def test_several_classes_give_probabilities_and_one_output_each():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = ConvexReLUClassifier(patterns="gated").fit(X, names)
    assert model.decision_function(X).shape == (150, 3)
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(model.classes_[probabilities.argmax(axis=1)], model.predict(X))
    assert model.score(X, names) > 0.95
    far = model.predict_proba(1e6 * np.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]]))
    np.testing.assert_allclose(far.sum(axis=1), 1.0)


def test_probabilities_exist_for_the_logistic_loss_only():
    assert hasattr(ConvexReLUClassifier(), "predict_proba")
    assert not hasattr(ConvexReLUClassifier(loss="hinge"), "predict_proba")


def test_hinge_loss_separates_two_classes():
    X = np.random.default_rng(0).standard_normal((60, 2))
    y = X[:, 0] + X[:, 1] > 0
    assert (
        ConvexReLUClassifier(loss="hinge", patterns="gated", n_patterns=10, solver="cvxpy").fit(X, y).score(X, y) > 0.95
    )


def test_regression_with_several_outputs_shares_patterns():
    X, y = wave()
    Y = np.column_stack([y, -2 * y, X[:, 0]])
    model = ConvexReLURegressor(beta=0.1, patterns="gated").fit(X, Y)
    assert model.predict(X).shape == Y.shape
    assert model.score(X, Y) > 0.9
    assert network_objective(model.network_, with_ones(X), Y, 0.1) == pytest.approx(model.objective_, rel=1e-9)


def test_convolutional_gates_fit_images():
    rng = np.random.default_rng(0)
    images = rng.random((40, 5, 5))
    y = images[:, 1:3, 1:3].sum(axis=(1, 2))
    model = ConvexReLURegressor(gates="convolutional", image_shape=(5, 5), patterns="gated").fit(
        images.reshape(40, 25), y
    )
    assert model.score(images.reshape(40, 25), y) > 0.5


@pytest.mark.parametrize("gated", [False, True])
def test_degenerate_data_gets_a_certified_answer(gated):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((12, 3)), rng.standard_normal(12)
    cases = {
        "constant column": np.column_stack([X, np.full(12, 7.0)]),
        "duplicate rows": np.repeat(X[:4], 3, axis=0),
        "fewer samples than features": rng.standard_normal((12, 30)),
        "zero data": np.zeros((12, 2)),
        "one feature": X[:, :1],
    }
    for name, data in cases.items():
        model = ConvexReLURegressor(patterns="gated" if gated else "sampled", tol=1e-6).fit(data, y)
        assert model.dual_gap_ <= 1e-6, name
        assert np.isfinite(model.predict(data)).all(), name


def test_running_out_of_time_warns_and_reports_the_gap_of_what_it_returns():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((300, 20)), rng.standard_normal(300)
    with pytest.warns(ConvergenceWarning, match="gap"):
        model = ConvexReLURegressor(beta=0.1, tol=1e-12, max_time=1e-3).fit(X, y)
    assert model.dual_gap_ > 1e-12
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"beta": -1.0}, r"^beta: expected"),
        ({"beta": 0.0}, r"^beta: expected"),
        ({"n_patterns": 0}, r"^n_patterns: expected at least 1"),
        ({"gates": "box"}, r"^gates: expected one of"),
        ({"fit_intercept": "no"}, r"^fit_intercept: expected True or False, got 'no'"),
        ({"tol": 0.0}, r"^tol: expected"),
        ({"solver": "magic"}, r"^solver: expected one of"),
    ],
)
def test_bad_parameters_are_rejected_by_name(parameters, message):
    X, y = wave(20)
    with pytest.raises(ValueError, match=message):
        ConvexReLURegressor(**parameters).fit(X, y)


def test_bad_labels_are_rejected():
    X, _ = wave(20)
    with pytest.raises(ValueError, match=r"^y: expected at least two classes, got one class"):
        ConvexReLUClassifier().fit(X, np.ones(20))
    with pytest.raises(ValueError, match=r"^loss: expected one of"):
        ConvexReLUClassifier(loss="absolute").fit(X, X[:, 0] > 0)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ConvexReLUClassifier().fit(X, np.arange(19) % 2)
    with pytest.raises(ValueError, match="NaN"):
        ConvexReLURegressor().fit(np.where(X > 1.9, np.nan, X * np.nan), X[:, 0])


@pytest.mark.parametrize("kind", [ConvexReLURegressor, ConvexReLUClassifier])
def test_every_parameter_is_documented(kind):
    for name in inspect.signature(kind).parameters:
        assert name in inspect.getdoc(kind)
