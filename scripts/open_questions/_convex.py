"""Convex models of two-layer ReLU networks on one draw: sampled patterns, gates, all patterns."""

import math
import warnings
from dataclasses import dataclass

import numpy as np

from convexify.convex_relu.global_training.train import train_globally
from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.warnings import ConvergenceWarning

#: Seconds granted to one program: never reached, so that the answer does not depend on the machine.
_LONG = 600


@dataclass(frozen=True)
class Fit:
    """A model of one draw.

    Attributes
    ----------
    outputs, outputs_test : ndarray, shapes (n,) and (m,)
    objective : float
        Divided by the number of samples.
    gap : float
        Certified relative gap; NaN without a certificate.
    nominal, active : int
        Parameters of the model, and those of its neurons, or variables of a program's groups, that are not zero.
    cost : float
        Iterations of the solver, or what its docstring names.
    """

    outputs: np.ndarray
    outputs_test: np.ndarray
    objective: float
    gap: float
    nominal: int
    active: int
    cost: float


def fit_patterns(sample, lam, *, gated, budget, tol, seed):
    """The program on so many sampled patterns that it has at most ``budget`` variables; cost: iterations.

    A pattern has d variables with gates and 2d with cones.
    """
    n, d = sample.X.shape
    count = max(1, budget // (d if gated else 2 * d))
    patterns, gates = sample_patterns(sample.X, count, seed, return_gates=True)
    with warnings.catch_warnings():
        # the gap stands in the table
        warnings.simplefilter("ignore", ConvergenceWarning)
        solution = solve(sample.X, sample.y, patterns, lam * n, gated=gated, tol=tol, max_time=_LONG)
    network = to_network(solution, gates=gates if gated else None)
    return _fit(sample, network, solution.primal, solution.dual, nominal=solution.v.size * (1 if gated else 2),
                active=network.n_neurons * d, cost=solution.iterations)  # fmt: skip


def fit_globally(sample, lam, *, rounds, tol, seed):
    """Training over all patterns and widths; its parameters are those that it ends with; cost: rounds."""
    with warnings.catch_warnings():
        # expected in high rank: the gap stands in the table
        warnings.simplefilter("ignore", ConvergenceWarning)
        answer = train_globally(
            sample.X, sample.y, lam * len(sample.X), tol=tol, max_time=math.inf, max_rounds=rounds, pricing="local",
            seed=seed,
        )  # fmt: skip
    nominal = answer.network.n_neurons * (sample.X.shape[1] + 1)
    return _fit(sample, answer.network, answer.objective, answer.lower_bound, nominal=nominal, active=nominal,
                cost=len(answer.history))  # fmt: skip


def _fit(sample, network, primal, dual, *, nominal, active, cost):
    outputs, outputs_test = network.predict(sample.X), network.predict(sample.X_test)
    gap = (primal - dual) / primal if primal > 0 else 0.0
    return Fit(outputs.ravel(), outputs_test.ravel(), primal / len(sample.X), gap, nominal, active, cost)
