"""Paths from any network to a global optimum on which the objective never rises, and the straight line beside them."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from convexify.checks import as_integer, as_matrix
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.programs.losses import loss_named

STAGES = ("balance", "merge", "turn")


@dataclass(frozen=True)
class NetworkPath:
    """Networks of one width along a path.

    Attributes
    ----------
    hidden : ndarray, shape (k, d, m)
    output : ndarray, shape (k, m)
    stage : list of str
        Stage of each network.
    needed : int
        Neurons that the path makes use of; any width from there on has it.
    """

    hidden: np.ndarray
    output: np.ndarray
    stage: list
    needed: int

    def objectives(self, X, y, beta, *, loss="squared"):
        """Loss plus ``beta`` times weight decay of every network, shape (k,)."""
        loss, y = loss_named(loss), np.asarray(y, dtype=float)[:, None]
        outputs = np.einsum("knm,km->kn", np.maximum(X @ self.hidden, 0.0), self.output)
        fit = np.array([loss.value(f[:, None], y) for f in outputs])
        return fit + 0.5 * beta * ((self.hidden**2).sum(axis=(1, 2)) + (self.output**2).sum(axis=1))

    @property
    def lengths(self):
        """Euclidean length of the path up to every network, over its whole length; shape (k,)."""
        steps = np.diff(self.hidden, axis=0) ** 2
        steps = np.sqrt(steps.sum(axis=(1, 2)) + (np.diff(self.output, axis=0) ** 2).sum(axis=1))
        total = np.concatenate([[0.0], np.cumsum(steps)])
        return total / (total[-1] or 1.0)


def largest_rise(objectives):
    """Largest amount by which a later value lies above an earlier one; 0 if they never rise."""
    return float((objectives - np.minimum.accumulate(objectives)).max())


def escape_path(network, optimum, X, *, points, width=None):
    r"""Path from a network to a global optimum on which the objective does not rise.

    Parameters
    ----------
    network : TwoLayerReLU
        Any network with one output, ``a`` of shape (m,) or (m, 1).
    optimum : TwoLayerReLU
        A network of least objective over all widths.
    X : array_like, shape (n, d)
        Rows are samples.
    points : int
        Networks on each of the three stages.
    width : int, optional
        Neurons of the networks on the path, the surplus being zero; by default those of both networks together.

    Returns
    -------
    NetworkPath

    Raises
    ------
    ValueError
        If a network has several outputs, or ``width`` is smaller than the path needs.

    Notes
    -----
    Let neuron ``j`` contribute :math:`c_j=|\alpha_j|w_j`, with the sign of :math:`\alpha_j` beside it. Its outputs
    :math:`\pm(Xc_j)_+` are linear in :math:`c_j` as long as it stays in one closed cell
    :math:`\{c:(2D-I)Xc\ge0\}`, which is convex, and a balanced neuron decays by :math:`\|c_j\|`.

    1. *balance*: :math:`(w_j,\alpha_j)\to(r^tw_j,r^{-t}\alpha_j)` keeps the outputs; :math:`\tfrac12(r^{2t}\|w\|^2
       +r^{-2t}\alpha^2)` is convex in ``t`` and least at the balance, ``t = 1``. What has one zero factor shrinks to 0.
    2. *merge*: of the neurons of one cell and sign the first takes over the others, :math:`c_1+tS`,
       :math:`S=\sum_{j>1}c_j`, and :math:`(1-t)c_j`. Outputs stay; the decay's slope is at most
       :math:`\|S\|-\sum_{j>1}\|c_j\|\le0`.
    3. *turn*: :math:`c_g\to(1-t)c_g+tc_g^\star` for every pair of cell and sign that either network has; a pair that
       only the optimum has starts from a zero neuron. Outputs are :math:`(1-t)f+tf^\star`, and
       :math:`\|(1-t)c_g+tc_g^\star\|` is convex: so the objective, which equals that of the convex program all the
       way, is convex in ``t``. It is least at ``t = 1``, and a convex function falls towards its minimum. If
       ``optimum`` is only known to a certified gap ε, no rise is larger than ε.

    So the path needs as many neurons as there are pairs of cell and sign in both networks together, at most
    :math:`m+m^\star`. With :math:`t=\sin^2\tfrac{\pi\tau}2` weights that vanish or appear are multiples of
    :math:`\cos\tfrac{\pi\tau}2` and :math:`\sin\tfrac{\pi\tau}2`: between neurons that are not shared the third stage
    is a quarter of a circle, where the straight line between the same networks has the outputs
    :math:`(1-\tau)^2f+\tau^2f^\star`. That a path of this kind exists is a result of [1]_; the construction is derived
    here.

    References
    ----------
    .. [1] Wang, Lacotte, Pilanci (2022), The hidden convex optimization landscape of regularized two-layer ReLU
       networks, ICLR (its abstract was read).

    Examples
    --------
    >>> from convexify.convex_relu.networks.two_layer import TwoLayerReLU
    >>> X, y, beta = np.array([[1.0], [-1.0]]), np.array([2.0, 2.0]), 1.0
    >>> path = escape_path(TwoLayerReLU([[1.0]], [1.0]), TwoLayerReLU([[1.0, -1.0]], [1.0, 1.0]), X, points=20)
    >>> values = path.objectives(X, y, beta)
    >>> path.needed, values[[0, -1]].round(9).tolist(), largest_rise(values) < 1e-12
    (2, [3.5, 3.0], True)
    """
    X = as_matrix("X", X, columns=len(network.W))
    network, optimum = _with_one_output("network", network), _with_one_output("optimum", optimum)
    points = as_integer("points", points, minimum=2)
    merged, target = _merged(network, X), _merged(optimum, X)
    keys = list(merged) + [key for key in target if key not in merged]
    needed = max(len(keys), network.n_neurons)
    if width is None:
        width = network.n_neurons + optimum.n_neurons
    if width < needed:
        raise ValueError(f"width: expected at least the {needed} neurons that the path needs, got {width}")
    # Heads keep the place of their first neuron, what the optimum adds goes to places that merging leaves free.
    places = {key: members[0] for key, (members, _) in merged.items()}
    free = iter([place for place in range(width) if place not in places.values()])
    places |= {key: next(free) for key in keys if key not in places}
    start = _widened(network, width)
    balanced, signs = _contributions(network, width)
    new_signs = signs.copy()
    heads, ends = np.zeros_like(balanced), np.zeros_like(balanced)
    for key, (_, total) in merged.items():
        heads[:, places[key]] = total
    for key, (_, total) in target.items():
        ends[:, places[key]] = total
        new_signs[places[key]] = key[1]
    times = np.sin(0.5 * np.pi * np.linspace(0, 1, points)) ** 2
    stages = [[_balancing(*start, t) for t in times]]
    for first, last, own in ((balanced, heads, signs), (heads, ends, new_signs)):
        stages.append([_network((1 - t) * first + t * last, own) for t in times])
    hidden, output = (np.array([each[part] for stage in stages for each in stage]) for part in (0, 1))
    return NetworkPath(hidden, output, [name for name in STAGES for _ in times], needed)


def straight_line(network, optimum, *, points, width=None):
    """Straight line in weight space from a network to an optimum, as close as permuting its neurons makes it.

    Parameters
    ----------
    network, optimum : TwoLayerReLU
    points : int
        Networks on the line.
    width : int, optional
        Neurons of all of them, the surplus being zero; by default those of both networks together.

    Returns
    -------
    NetworkPath

    Raises
    ------
    ValueError
        If a network has several outputs, or more neurons than ``width``.
    """
    network, optimum = _with_one_output("network", network), _with_one_output("optimum", optimum)
    width = network.n_neurons + optimum.n_neurons if width is None else width
    needed = max(network.n_neurons, optimum.n_neurons)
    if width < needed:
        raise ValueError(f"width: expected at least the {needed} neurons of the wider network, got {width}")
    (hidden, output), (end, end_output) = _widened(network, width), _widened(optimum, width)
    _, order = linear_sum_assignment(-(hidden.T @ end + np.outer(output, end_output)))
    end, end_output = end[:, order], end_output[order]
    times = np.linspace(0, 1, points)
    line = np.array([hidden + t * (end - hidden) for t in times])
    outputs = np.array([output + t * (end_output - output) for t in times])
    return NetworkPath(line, outputs, ["line"] * points, width)


def _with_one_output(name, network):
    """``network`` with ``a`` of shape (m,); `ValueError` if it has several outputs."""
    if network.a.ndim == 2 and network.a.shape[1] != 1:
        raise ValueError(f"{name}: expected one output, got {network.a.shape[1]}")
    return TwoLayerReLU(network.W, network.a.ravel())


def _merged(network, X):
    """Cell and sign to the places of its neurons and the sum of their contributions, in the order of the neurons."""
    groups = {}
    for place, (u, alpha) in enumerate(zip(network.W.T, network.a, strict=True)):
        if alpha != 0 and u.any():
            members, total = groups.setdefault(((X @ u >= 0).tobytes(), np.sign(alpha)), ([], np.zeros(len(u))))
            members.append(place)
            total += abs(alpha) * u
    return groups


def _widened(network, width):
    surplus = width - network.n_neurons
    return np.pad(network.W, ((0, 0), (0, surplus))), np.pad(network.a, (0, surplus))


def _contributions(network, width):
    hidden, output = _widened(network, width)
    return hidden * np.abs(output), np.sign(output)


def _balancing(hidden, output, t):
    inner, outer = np.linalg.norm(hidden, axis=0), np.abs(output)
    dead = (inner == 0) | (outer == 0)
    factor = np.where(dead, 1.0, outer) / np.where(dead, 1.0, inner)
    factor = np.where(dead, 1.0, factor ** (0.5 * t))
    left = np.where(dead, 1 - t, 1.0)
    return hidden * factor * left, output / factor * left


def _network(contributions, signs):
    """Balanced weights with these contributions."""
    root = np.sqrt(np.linalg.norm(contributions, axis=0))
    return contributions / np.where(root > 0, root, 1.0), signs * root
