"""From a point of the convex program to a network with the same outputs and objective, and back."""

import numpy as np

from convexify.checks import as_batch, as_matrix, as_number, as_patterns, one_of
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import distinct_columns
from convexify.convex_relu.patterns.gates import TIE_TOLERANCE, move_off_hyperplanes
from convexify.seeds import generator

#: Groups whose norm is at most this fraction of the largest one are rounding and are dropped.
_NEGLIGIBLE = 1e-12


def to_network(v, w=None, *, gates=None, group_norm="frobenius"):
    r"""Two-layer network with the outputs and the objective of a point of the convex program.

    Parameters
    ----------
    v : Solution, or ndarray of shape (d, P) or (d, P, c)
    w : ndarray like ``v``, optional
        Not given for a `Solution`, nor for a gated program.
    gates : array_like, shape (d, P)
        Gate vectors of the patterns, for a gated program: a network needs them to switch on data it has not seen.
    group_norm : {"frobenius", "nuclear"}
        The norm that was penalised.

    Returns
    -------
    TwoLayerReLU, GroupedReLU or GatedNetwork
        Balanced; zero groups are dropped. Neurons of ``v`` come first.

    Raises
    ------
    ValueError
        If shapes disagree, or gates are missing or superfluous.

    Notes
    -----
    Write :math:`\ell(f)` for the loss. A group :math:`v_i` becomes :math:`u=v_i/\sqrt{\|v_i\|}`,
    :math:`\alpha=\sqrt{\|v_i\|}`, and :math:`w_i` the same with a minus sign. What is equal to what [1]_:

    - one output, cones: :math:`\ell(\sum_i D_iX(v_i-w_i))+\beta\sum(\|v_i\|+\|w_i\|)` is
      :math:`\ell(\sum_j(Xu_j)_+\alpha_j)+\tfrac\beta2\sum_j(\|u_j\|^2+\alpha_j^2)`; the optima over all networks whose
      neurons have the program's patterns are equal.
    - one output, gated: the same with :math:`D_jXu_j` in place of :math:`(Xu_j)_+`.
    - c outputs, Frobenius norm: a group is a matrix :math:`U_j` (d × c), its columns in one cone, with one scalar
      :math:`\alpha_j`; the network is :math:`\sum_j(XU_j)_+\alpha_j` with decay
      :math:`\tfrac\beta2\sum_j(\|U_j\|_F^2+\alpha_j^2)` (`GroupedReLU`). This is *not* weight decay on neurons that
      share :math:`u_j` over all outputs.
    - c outputs, nuclear norm, gated: exactly weight decay on :math:`\sum_jD_jXu_ja_j^\top`; the singular value
      decomposition of each :math:`v_i` gives at most min(d, c) neurons (`GatedNetwork` with ``a`` of shape (m, c)).
    - c outputs, nuclear norm, cones: singular vectors need not lie in the cone, and no network has this objective. The
      `GroupedReLU` returned has the same outputs, and its decay is the sum of Frobenius norms, which is not larger.

    References
    ----------
    .. [1] Pilanci, Ergen (2020), Neural networks are convex regularizers, ICML; Sahiner, Ergen, Pauly, Pilanci (2021),
       Vector-output ReLU neural network problems are copositive programs, ICLR; Mishkin, Sahiner, Pilanci (2022), Fast
       convex optimization for two-layer ReLU networks, ICML.

    Examples
    --------
    >>> network = to_network(np.array([[4.0], [3.0]]), np.array([[0.0], [0.0]]))
    >>> network.n_neurons, round(network.penalty, 12), network.predict([[1.0, 1.0]]).round(12).tolist()
    (1, 5.0, [7.0])
    """
    one_of("group_norm", group_norm, ("frobenius", "nuclear"))
    if hasattr(v, "v"):
        v, w = v.v, v.w
    v = _blocks("v", v)
    if w is None:
        if gates is None:
            raise ValueError("gates: expected the gate vectors of a gated program (w is None), got None")
        gates = as_matrix("gates", gates, rows=len(v), columns=v.shape[1])
        if group_norm == "nuclear" and v.ndim == 3:
            return _gated_by_singular_values(v, gates)
        return GatedNetwork(v, np.ones(v.shape[1]), gates=gates).rescaled(_worth_keeping(v))
    if gates is not None:
        raise ValueError("gates: expected None for a program with cones, whose neurons gate themselves")
    w = _blocks("w", w)
    if w.shape != v.shape:
        raise ValueError(f"w: expected the shape {v.shape} of v, got {w.shape}")
    both = np.concatenate([v, w], axis=1)
    signs = np.repeat([1.0, -1.0], v.shape[1])
    return (TwoLayerReLU if v.ndim == 2 else GroupedReLU)(both, signs).rescaled(_worth_keeping(both))


def from_network(network, X, patterns=None, *, extend=False, tolerance=TIE_TOLERANCE):
    r"""Patterns and point of the convex program that belong to a network.

    Parameters
    ----------
    network : TwoLayerReLU, GroupedReLU or GatedNetwork
    X : array_like, shape (n, d)
    patterns : array_like of bool, shape (n, P), optional
        Give the point in the order of these; by default the network's own distinct patterns are used.
    extend : bool
        Append the own patterns of those neurons that lie in none of the given cones, instead of raising.
    tolerance : float
        A neuron lies in a cone if no row is violated by more than ``tolerance * ‖x_i‖‖u‖``; for a group of neurons
        the norms are the largest ``‖x_i‖`` and the Frobenius norm.

    Returns
    -------
    patterns : ndarray of bool, shape (n, P)
    v, w : ndarray, shape (d, P) or (d, P, c)
        ``w`` is None for a gated network.

    Raises
    ------
    ValueError
        If a neuron lies in none of the cones given and ``extend`` is False, or a group's columns lie in no common one.

    Notes
    -----
    Neurons of one cone and one sign are added up. On ``X`` the outputs are the network's, and by the triangle
    inequality :math:`\sum\|v_i\|+\|w_i\|\le\sum_j\|u_j\||\alpha_j|\le\tfrac12\sum_j(\|u_j\|^2+\alpha_j^2)`, with
    equality for a network made by `to_network`. For a `TwoLayerReLU` with c outputs, the positive part of :math:`a_j`
    goes to ``v`` and its negative part to ``w``; outputs are kept, the penalties are not comparable (see `to_network`).
    A neuron at a kink lies in several closed cones and gets one of them, if possible one of those given. A gate on a
    hyperplane has the pattern that the network predicts with, even if no open set of gates has it.
    """
    X = as_matrix("X", X, columns=len(network.W))
    tolerance = as_number("tolerance", tolerance, minimum=0.0)
    gated = isinstance(network, GatedNetwork)
    # a gate is data: on a hyperplane it switches as `predict` has it, and is not moved into a cell next to it
    on = network.switched_on(X)[:, network.strengths > 0] if gated else None
    network = network.rescaled()
    # if the columns of a group share a closed cone, it is one of those that hold their sum
    switches = network.W if network.W.ndim == 2 else network.W.sum(axis=2)
    if patterns is None:
        patterns, cell = _distinct(on if gated else _own_patterns(X, switches))
    else:
        patterns = as_patterns("patterns", patterns, rows=len(X))
        rows = np.where(on, 1.0, -1.0) if gated else _margins(X, switches)
        cell = _cells_among(rows, patterns, 0.0 if gated else tolerance)
        outside = np.flatnonzero(cell < 0)
        if len(outside) and not extend:
            raise ValueError(f"patterns: expected the pattern of every neuron, got none for neuron {outside[0]}")
        more, position = _distinct(on[:, outside] if gated else _own_patterns(X, switches[:, outside]))
        cell[outside] = patterns.shape[1] + position
        patterns = np.hstack([patterns, more])
    if network.W.ndim == 3 and not gated:
        _check_columns(X, network.W, patterns[:, cell], tolerance)
    effective = network.W * network.a[:, None] if network.W.ndim == 3 else _outer(network.W, network.a)
    parts = [effective] if gated else _by_sign(network, effective)
    blocks = []
    for part in parts:
        block = np.zeros((len(network.W), patterns.shape[1], *part.shape[2:]))
        np.add.at(block, (slice(None), cell), part)
        blocks.append(block)
    return patterns, blocks[0], None if gated else blocks[1]


def _by_sign(network, effective):
    if network.a.ndim == 2:
        return [_outer(network.W, np.maximum(sign * network.a, 0.0)) for sign in (1, -1)]
    shape = (-1, *[1] * (effective.ndim - 2))
    return [effective * np.maximum(sign * np.sign(network.a), 0.0).reshape(shape) * sign for sign in (1, -1)]


def _outer(W, a):
    return W * a if a.ndim == 1 else W[:, :, None] * a


def _blocks(name, u):
    u = as_batch(name, u, shape=())
    if u.ndim not in (2, 3) or u.size == 0:
        raise ValueError(f"{name}: expected an array of shape (d, P) or (d, P, c), got shape {u.shape}")
    return u


def _worth_keeping(u):
    norms = np.linalg.norm(np.moveaxis(u, 1, 0).reshape(u.shape[1], -1), axis=1)
    return norms > _NEGLIGIBLE * norms.max()


def _gated_by_singular_values(v, gates):
    left, values, right = np.linalg.svd(v.transpose(1, 0, 2), full_matrices=False)
    group, rank = np.nonzero(values > _NEGLIGIBLE * values.max())
    root = np.sqrt(values[group, rank])
    return GatedNetwork(left[group, :, rank].T * root, right[group, rank] * root[:, None], gates=gates[:, group])


def _own_patterns(X, switches):
    return X @ move_off_hyperplanes(X, switches, generator(0, "convex_relu", "ties")) >= 0


def _distinct(columns):
    """Distinct patterns among the columns, and for each column which of them it is."""
    kept = distinct_columns(columns)
    patterns = columns[:, kept] if len(kept) else np.zeros((len(columns), 0), dtype=bool)
    return patterns, np.array([int((patterns == p[:, None]).all(axis=0).argmax()) for p in columns.T], dtype=int)


def _margins(X, switches):
    """Cosines of the angles between samples and switches, (n, m)."""
    scale = np.linalg.norm(X, axis=1)[:, None] * np.linalg.norm(switches, axis=0)
    return (X @ switches) / np.where(scale > 0, scale, 1.0)


def _cells_among(rows, patterns, tolerance):
    """For each column of ``rows`` (n, m) the given pattern whose signs it violates least, or -1."""
    cell = np.zeros(rows.shape[1], dtype=int)
    for j, row in enumerate(rows.T):
        violation = np.where(patterns, -row[:, None], row[:, None]).max(axis=0)
        cell[j] = violation.argmin() if violation.min() <= tolerance else -1
    return cell


def _check_columns(X, W, patterns, tolerance):
    rows = np.einsum("nd,dmc->nmc", X, W) * (2.0 * patterns - 1.0)[:, :, None]
    scale = np.linalg.norm(X, axis=1).max() * np.sqrt((W**2).sum(axis=(0, 2)))
    worst = rows.min(axis=(0, 2), initial=0.0) / np.where(scale > 0, scale, 1.0)
    if (worst < -tolerance).any():
        raise ValueError(f"network: expected a group's columns in one cone, got group {worst.argmin()} across cells")
