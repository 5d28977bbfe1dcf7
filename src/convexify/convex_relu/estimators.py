"""Two-layer ReLU networks trained to a proved global optimum, behind the interface of scikit-learn."""

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from convexify.checks import as_integer, one_of
from convexify.convex_relu.global_training.train import train_globally
from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.patterns.gates import GATE_KINDS, MOST_PATTERNS, draw_patterns
from convexify.convex_relu.programs.losses import LOSSES
from convexify.convex_relu.solvers.solve import solve

PATTERNS = ("sampled", "gated", "global")

_PARAMETERS = """Parameters
    ----------
    beta : float
        Strength of the penalty beside a loss that is *summed* over samples: the network's weight decay is
        ``beta / 2`` times the sum of squares of all its weights.
    n_patterns : int
        Number of activation patterns drawn; fewer are used if the data has fewer. Not used by ``patterns="global"``.
    patterns : {{"sampled", "gated", "global"}}
        ``"sampled"``: the convex program on patterns drawn. ``"gated"``: gated ReLU, whose neurons are switched by the
        gates drawn and not by their own sign; faster, and a larger class. ``"global"``: all patterns and all widths,
        by `train_globally`; `solver`, `device` and the gates are not used.{loss}
    fit_intercept : bool
        Give every neuron a bias, by a column of ones; it is penalised like any other weight.
    gates : {{"gaussian", "convolutional"}}
    image_shape, patch_shape : tuple of int
        For convolutional gates: see `sample_patterns`.
    tol : float
        Certified relative duality gap that is asked for.
    max_time : float, optional
        Seconds granted to the solver; None is no limit, but 60 for ``patterns="global"``.
    solver, device : str
        See `solve`.
    random_state : int, RandomState instance or None
        Draws the gates. They do not depend on the order of the samples, nor does the fit beyond ``tol``.

    Attributes
    ----------
    network_ : {network}
        The network that predicts; with an intercept its last input is the constant 1.
    dual_gap_ : float
        Certified relative duality gap of the convex program on the patterns drawn; for ``patterns="global"`` over all
        networks of any width (proved by a relaxation, and loose, for data of rank above 4).
    objective_ : float
        Loss plus penalty on the training data.
    n_active_ : int
        Number of neurons (of groups of neurons for several outputs).
    n_patterns_ : int
        Number of patterns used.
    n_iter_ : int
        Iterations of the solver.
    n_features_in_ : int
    feature_names_in_ : ndarray of str{attributes}

    Notes
    -----
    Data is used as it comes: nothing is centred or scaled, so that the penalty means what it says and the gates are
    those of the data that is predicted. Where columns differ in scale put a ``StandardScaler`` in front, in a pipeline.
    Several outputs share patterns, and their groups have Frobenius norms: see `to_network`; with ``patterns="global"``
    they share neurons. With patterns drawn the optimum is global among networks with these; `certify` says more.
    """


class _ConvexReLU(BaseEstimator):
    """What regressor and classifier share: patterns, the convex program, its network."""

    def _fit_network(self, X, targets, loss):
        random_state = check_random_state(self.random_state)
        if not isinstance(self.fit_intercept, bool | np.bool_):
            raise ValueError(f"fit_intercept: expected True or False, got {self.fit_intercept!r}")
        one_of("gates", self.gates, GATE_KINDS)
        X = self._inputs(X)
        one_of("patterns", self.patterns, PATTERNS)
        n_patterns = as_integer("n_patterns", self.n_patterns, minimum=1, maximum=MOST_PATTERNS)
        seed = int(random_state.randint(2**31 - 1))
        if self.patterns == "global":
            max_time = 60.0 if self.max_time is None else self.max_time
            answer = train_globally(X, targets, self.beta, loss=loss, tol=self.tol, max_time=max_time, seed=seed)
            self.network_, self.dual_gap_, self.objective_ = answer.network, answer.gap, answer.objective
            self.n_iter_, patterns = len(answer.history), answer.patterns
        else:
            gated = self.patterns == "gated"
            patterns, gates = draw_patterns(
                X, n_patterns, seed, kind=self.gates, image_shape=self.image_shape, patch_shape=self.patch_shape
            )
            solution = solve(X, targets, patterns, self.beta, gated=gated, loss=loss, tol=self.tol,
                             max_time=self.max_time, solver=self.solver, device=self.device)  # fmt: skip
            self.network_ = to_network(solution, gates=gates if gated else None)
            self.dual_gap_, self.objective_, self.n_iter_ = solution.gap, solution.primal, solution.iterations
        # a network without neurons may come as one that is zero
        self.n_active_, self.n_patterns_ = int((self.network_.strengths > 0).sum()), patterns.shape[1]
        return self

    def _outputs(self, X):
        check_is_fitted(self)
        return self.network_.predict(self._inputs(validate_data(self, X, dtype=np.float64, reset=False)))

    def _inputs(self, X):
        return np.column_stack([X, np.ones(len(X))]) if self.fit_intercept else X


class ConvexReLURegressor(RegressorMixin, _ConvexReLU):
    __doc__ = f"""Least squares regression by a two-layer ReLU network, global optimum with a certificate.

    Minimises ½‖f(X) - y‖² plus the penalty; ``y`` may have several columns.
    {_PARAMETERS.format(loss="", network="TwoLayerReLU, GroupedReLU or GatedNetwork", attributes="")}"""

    def __init__(self, beta=1.0, n_patterns=50, *, patterns="sampled", fit_intercept=True, gates="gaussian",
                 image_shape=None, patch_shape=(3, 3), tol=1e-4, max_time=None, solver="auto", device="cpu",
                 random_state=0):  # fmt: skip
        self.beta = beta
        self.n_patterns = n_patterns
        self.patterns = patterns
        self.fit_intercept = fit_intercept
        self.gates = gates
        self.image_shape = image_shape
        self.patch_shape = patch_shape
        self.tol = tol
        self.max_time = max_time
        self.solver = solver
        self.device = device
        self.random_state = random_state

    def fit(self, X, y):
        """Fit to ``X`` (n, d) and ``y`` (n,) or (n, c); returns the estimator."""
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        return self._fit_network(X, np.asarray(y, dtype=np.float64), "squared")

    def predict(self, X):
        """Outputs, shape (n,) or (n, c)."""
        return self._outputs(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class ConvexReLUClassifier(ClassifierMixin, _ConvexReLU):
    __doc__ = f"""Classification by a two-layer ReLU network, global optimum with a certificate.

    Two classes are labelled -1 and +1 for one output; with more there is one output for each class against the rest,
    and their losses are summed.
    {
        _PARAMETERS.format(
            loss='''
    loss : {"squared", "logistic", "hinge"}
        ½(f - y)², log(1 + exp(-y f)) or max(0, 1 - y f), summed.''',
            network="TwoLayerReLU, GroupedReLU or GatedNetwork",
            attributes='''
    classes_ : ndarray''',
        )
    }"""

    def __init__(self, beta=1.0, n_patterns=50, *, patterns="sampled", loss="logistic", fit_intercept=True,
                 gates="gaussian", image_shape=None, patch_shape=(3, 3), tol=1e-4, max_time=None, solver="auto",
                 device="cpu", random_state=0):  # fmt: skip
        self.beta = beta
        self.n_patterns = n_patterns
        self.patterns = patterns
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.gates = gates
        self.image_shape = image_shape
        self.patch_shape = patch_shape
        self.tol = tol
        self.max_time = max_time
        self.solver = solver
        self.device = device
        self.random_state = random_state

    def fit(self, X, y):
        """Fit to ``X`` (n, d) and the class labels ``y`` (n,); returns the estimator."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        one_of("loss", self.loss, LOSSES)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"y: expected at least two classes, got one class, {self.classes_[0]!r}")
        targets = np.where(np.asarray(y)[:, None] == self.classes_, 1.0, -1.0)
        return self._fit_network(X, targets[:, 1] if len(self.classes_) == 2 else targets, self.loss)

    def decision_function(self, X):
        """Outputs of the network: (n,), positive for the second class, or (n, classes)."""
        return self._outputs(X)

    def predict(self, X):
        """Class labels, shape (n,)."""
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    @available_if(lambda self: self.loss == "logistic")
    def predict_proba(self, X):
        """Class probabilities (n, classes) of the logistic loss; one against the rest, normalised to sum to 1."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([expit(-scores), expit(scores)])
        # relative to the most likely class, so that a sample far from every class does not divide 0 by 0
        logarithms = -np.logaddexp(0.0, -scores)
        weights = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)
