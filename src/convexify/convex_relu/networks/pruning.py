"""Carathéodory's theorem at work: fewer neurons, the same outputs on the data, no larger objective."""

import numpy as np

from convexify.checks import as_matrix

_DEPENDENT = 1e-10  # relative size of a singular value that counts as zero


def prune(network, X):
    r"""Network with the same outputs on ``X``, no larger penalty and linearly independent contributions.

    Parameters
    ----------
    network : TwoLayerReLU, GroupedReLU or GatedNetwork
    X : array_like, shape (n, d)

    Returns
    -------
    network of the same kind
        Balanced, with at most n neurons for one output, n c for c outputs. Off ``X`` its outputs may differ.

    Notes
    -----
    The last of `pruning_path`. The bound n is one below the n + 1 that is usually quoted, because the decay of the
    neurons may go down, so that a cone in :math:`\mathbb R^n` is enough in place of a convex hull [1]_.

    References
    ----------
    .. [1] Wang, Lacotte, Pilanci (2022), The hidden convex optimization landscape of regularized two-layer ReLU
       networks, ICLR.

    Examples
    --------
    >>> from convexify.convex_relu import TwoLayerReLU
    >>> rng = np.random.default_rng(0)
    >>> X, network = rng.standard_normal((5, 3)), TwoLayerReLU(rng.standard_normal((3, 40)), rng.standard_normal(40))
    >>> pruned = prune(network, X)
    >>> pruned.n_neurons <= 5, bool(abs(pruned.predict(X) - network.predict(X)).max() < 1e-10)
    (True, True)
    """
    *_, last = pruning_path(network, X)
    return last


def pruning_path(network, X):
    r"""Networks with fewer and fewer neurons, the same outputs on ``X`` and a penalty that never grows.

    Yields
    ------
    network of the same kind
        First the balanced network itself, then one after each step that removes neurons.

    Notes
    -----
    Neuron ``j`` contributes :math:`z_j` to the outputs at the price :math:`p_j=\|w_j\|\|a_j\|`. As long as the
    contributions are dependent, :math:`\sum_j\delta_jz_j=0` with :math:`\sum_j\delta_jp_j\le0`: then some
    :math:`\delta_j<0`, and the factors :math:`1+t\delta_j` keep the outputs and do not raise the price until the first
    of them is zero. Every network on the straight way there has those properties too, so that the steps are a
    continuous path on which the objective does not grow.
    """
    network = network.rescaled()
    X = as_matrix("X", X, columns=len(network.W))
    yield network
    contributions = np.concatenate(network.contributions(X))
    target = contributions.sum(axis=1)
    prices = network.strengths
    factors = np.ones(network.n_neurons)
    while True:
        alive = np.flatnonzero(factors > 0)
        direction = _dependence(contributions[:, alive] * factors[alive])
        if direction is None:
            break
        if direction @ (prices[alive] * factors[alive]) > 0:
            direction = -direction
        remaining = factors[alive] * (1.0 - direction / direction.min())
        remaining[direction.argmin()] = 0.0
        factors[alive] = np.maximum(remaining, 0.0)
        yield network.rescaled(_refit(contributions, target, factors))


def _dependence(columns):
    """Coefficients of a vanishing combination of some columns, or None if the columns are independent."""
    norms = np.linalg.norm(columns, axis=0)
    silent = np.flatnonzero(norms == 0)
    count = columns.shape[1]
    direction = np.zeros(count)
    if len(silent):
        direction[silent[0]] = -1.0
        return direction
    few = np.arange(min(count, len(columns) + 1))
    if not len(few):
        return None
    _, values, vt = np.linalg.svd(columns[:, few] / norms[few], full_matrices=len(few) > len(columns))
    if len(few) <= len(columns) and values[-1] > _DEPENDENT * values[0]:
        return None
    direction[few] = vt[-1] / norms[few]
    return direction


def _refit(contributions, target, factors):
    """``factors`` corrected by least squares for the rounding of many steps, where that keeps them positive."""
    alive = np.flatnonzero(factors > 0)
    columns = contributions[:, alive]
    error = target - columns @ factors[alive]
    step = np.linalg.lstsq(columns, error, rcond=None)[0] if len(alive) else np.zeros(0)
    better = factors.copy()
    better[alive] += step
    improves = np.linalg.norm(target - contributions @ better) < np.linalg.norm(error)
    return better if improves and (better[alive] > 0).all() else factors
