"""Certified suboptimality of any two-layer network, however it was trained."""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_batch, as_matrix, as_number, one_of
from convexify.convex_relu.global_training.result import GlobalTraining
from convexify.convex_relu.global_training.start import as_network, with_outputs
from convexify.convex_relu.global_training.train import train_globally
from convexify.convex_relu.networks.mapping import from_network
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import TIE_TOLERANCE
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.programs.losses import check_labels, loss_named
from convexify.convex_relu.solvers.solution import Solution
from convexify.convex_relu.solvers.solve import solve


@dataclass(frozen=True)
class NetworkCertificate:
    """What a convex program proves about a network.

    Attributes
    ----------
    objective : float
        Loss plus ``beta`` times weight decay of the network as it is.
    lower_bound : float
        Certified: no network of the same kind whose neurons have the program's patterns has a smaller objective. With
        ``patterns="global"``, or if ``exact``, no network of any width has.
    gap : float
        Relative suboptimality, ``(objective - lower_bound) / objective``.
    exact : bool
        The patterns are all that the data has; with ``patterns="global"``: pricing was solved over all neurons, so that
        the bound is tight. Otherwise it is a relaxation's, and the truth lies between ``improvement`` and ``gap``.
    solution : Solution or GlobalTraining
        Certified answer to the convex program, of the network's own kind except where `certify` says otherwise; with
        ``patterns="global"`` what `train_globally` made of the network, with how hard it searched.
    """

    objective: float
    lower_bound: float
    gap: float
    exact: bool
    solution: Solution | GlobalTraining

    @property
    def improvement(self):
        """Fraction of the objective that a network found saves: the relative suboptimality is at least this."""
        best = self.solution.objective if isinstance(self.solution, GlobalTraining) else self.solution.primal
        return relative_gap(self.objective, best)


def network_objective(network, X, y, beta, *, loss="squared"):
    """Loss on ``X, y`` plus ``beta`` times the network's weight decay ½(‖W‖² + ‖a‖²)."""
    loss = loss_named(loss)
    beta = as_number("beta", beta, minimum=0.0)
    prediction, y = matched(network, X, y)
    return loss.value(prediction, check_labels(loss, y)) + beta * network.penalty


def certify(network, X, y, beta, patterns="global", *, loss="squared", max_patterns=100_000, **options):
    r"""Certified suboptimality of any two-layer network, however it was trained.

    Parameters
    ----------
    network : TwoLayerReLU, GroupedReLU, GatedNetwork or torch.nn.Sequential(Linear, ReLU, Linear)
        Biases of a torch network become a column of ones, and `global_training.start.as_network` says how they are
        penalised; a gated or grouped network needs patterns.
    X : array_like, shape (n, d)
    y : array_like, shape (n,) or (n, c)
    beta : float
        The penalty is ``beta`` times ½(‖W‖² + ‖a‖²).
    patterns : array_like of bool, shape (n, P), "all" or "global"
        Patterns of the convex program; the network's own are added where it has others. ``"all"`` enumerates them, for
        small data. ``"global"`` trains from the network on with `train_globally`: over every width, exact for data of
        rank up to 4 if time suffices.
    loss : {"squared", "logistic", "hinge"}
    max_patterns : int
        Limit of the enumeration.
    **options
        Given to `solve`: ``tol, max_time, solver, device``; or to `train_globally`: ``tol, max_time, pricing, seed``.

    Returns
    -------
    NetworkCertificate

    Notes
    -----
    The bound is the certified dual value of the program on the union of patterns, so that it never exceeds the
    network's objective. It holds for all networks of the same kind with neurons in these cones, of any width. For a
    `TwoLayerReLU` with c > 1 outputs the exact penalty is intractable; the program solved is the gated one with nuclear
    norms, a relaxation, and its bound is valid but may be loose. For a `GatedNetwork` the gates are data: the bound is
    over the weights of these gates, and ``exact`` means every gate's pattern is there.
    """
    everywhere = isinstance(patterns, str) and one_of("patterns", patterns, ("all", "global")) == "global"
    if everywhere and isinstance(network, (GroupedReLU, GatedNetwork)):
        raise ValueError(f"patterns: expected an array or 'all' for a {type(network).__name__}, got 'global'")
    if not isinstance(network, (TwoLayerReLU, GroupedReLU, GatedNetwork)):
        network, X = as_network(network, X)
        network = with_outputs(network, 1 if np.ndim(y) == 1 else np.shape(y)[1], np.ndim(y) == 1)
    if everywhere:
        return _certify_globally(network, X, y, beta, loss, options)
    X = as_matrix("X", X, columns=len(network.W))
    exact = isinstance(patterns, str)
    given = enumerate_patterns(X, max_patterns=max_patterns) if exact else patterns
    # a neuron that is outside a cone by ever so little brings its own, so that the network is a point of the program
    tolerance = TIE_TOLERANCE if isinstance(network, GroupedReLU) else 0.0
    union, _, _ = from_network(network, X, given, extend=True, tolerance=tolerance)
    shared = network.W.ndim == 2 and network.a.ndim == 2 and network.a.shape[1] > 1
    gated = shared or isinstance(network, GatedNetwork)
    objective = network_objective(network, X, y, beta, loss=loss)
    solution = solve(
        X, y, union, beta, gated=gated, loss=loss, group_norm="nuclear" if shared else "frobenius", **options
    )
    return NetworkCertificate(objective, solution.dual, relative_gap(objective, solution.dual), exact, solution)


def _certify_globally(network, X, y, beta, loss, options):
    objective = network_objective(network, X, y, beta, loss=loss)
    answer = train_globally(X, y, beta, loss=loss, start=network, **options)
    gap = relative_gap(objective, answer.lower_bound)
    return NetworkCertificate(objective, answer.lower_bound, gap, answer.exact, answer)


def matched(network, X, y):
    """Outputs of the network, and ``y`` as an array of their shape; `ValueError` if it has another."""
    prediction = network.predict(X)
    y = as_batch("y", y, shape=())
    if y.shape != prediction.shape:
        raise ValueError(f"y: expected an array of shape {prediction.shape}, got shape {y.shape}")
    return prediction, y
