"""Certified suboptimality of any two-layer network, however it was trained."""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_matrix, as_number
from convexify.convex_relu.networks.mapping import from_network
from convexify.convex_relu.networks.two_layer import GatedNetwork
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
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
        Certified: no network of the same kind whose neurons have the program's patterns has a smaller objective; if
        ``exact``, no network of any width has.
    gap : float
        Relative suboptimality, ``(objective - lower_bound) / objective``.
    exact : bool
        The patterns are all that the data has.
    solution : Solution
        Certified answer to the convex program, of the network's own kind except where `certify` says otherwise.
    """

    objective: float
    lower_bound: float
    gap: float
    exact: bool
    solution: Solution


def network_objective(network, X, y, beta, *, loss="squared"):
    """Loss on ``X, y`` plus ``beta`` times the network's weight decay ½(‖W‖² + ‖a‖²)."""
    loss = loss_named(loss)
    beta = as_number("beta", beta, minimum=0.0)
    prediction, y = matched(network, X, y)
    return loss.value(prediction, check_labels(loss, y)) + beta * network.penalty


def certify(network, X, y, beta, patterns, *, loss="squared", max_patterns=100_000, **options):
    r"""Certified suboptimality of any two-layer network, however it was trained.

    Parameters
    ----------
    network : TwoLayerReLU, GroupedReLU or GatedNetwork
    X : array_like, shape (n, d)
    y : array_like, shape (n,) or (n, c)
    beta : float
        The penalty is ``beta`` times ½(‖W‖² + ‖a‖²).
    patterns : array_like of bool, shape (n, P), or "all"
        Patterns of the convex program; the network's own are added where it has others. ``"all"`` enumerates them, for
        small data.
    loss : {"squared", "logistic", "hinge"}
    max_patterns : int
        Limit of the enumeration.
    **options
        Given to `solve`: ``tol, max_time, solver, device``.

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

    Examples
    --------
    The zero network on two samples is not optimal, and the bound says how far from it it is:

    >>> from convexify.convex_relu import TwoLayerReLU
    >>> X, y = np.eye(2), np.array([1.0, 1.0])
    >>> certificate = certify(TwoLayerReLU(np.zeros((2, 1)), [0.0]), X, y, beta=0.1, patterns="all")
    >>> certificate.objective, certificate.exact, certificate.gap > 0.8
    (1.0, True, True)
    """
    X = as_matrix("X", X, columns=len(network.W))
    exact = isinstance(patterns, str)
    if exact and patterns != "all":
        raise ValueError(f"patterns: expected an array or 'all', got {patterns!r}")
    union, _, _ = from_network(
        network, X, enumerate_patterns(X, max_patterns=max_patterns) if exact else patterns, extend=True
    )
    shared = network.W.ndim == 2 and network.a.ndim == 2 and network.a.shape[1] > 1
    gated = shared or isinstance(network, GatedNetwork)
    objective = network_objective(network, X, y, beta, loss=loss)
    solution = solve(
        X, y, union, beta, gated=gated, loss=loss, group_norm="nuclear" if shared else "frobenius", **options
    )
    return NetworkCertificate(objective, solution.dual, relative_gap(objective, solution.dual), exact, solution)


def matched(network, X, y):
    """Outputs of the network, and ``y`` as an array of their shape; `ValueError` if it has another."""
    prediction = network.predict(X)
    y = np.asarray(y, dtype=np.float64)
    if y.shape != prediction.shape or not np.isfinite(y).all():
        raise ValueError(f"y: expected a finite array of shape {prediction.shape}, got shape {y.shape}")
    return prediction, y
