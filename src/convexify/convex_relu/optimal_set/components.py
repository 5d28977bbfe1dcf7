"""Connected components of the set of optimal networks of a given width: counted by a formula, and by hand."""

from itertools import combinations, permutations
from math import factorial

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from convexify.checks import as_integer


def count_components(supports, width):
    r"""Isolated networks and other components of the set of optimal networks with ``width`` neurons.

    Parameters
    ----------
    supports : list of frozenset
        Directions that each vertex of the polytope uses (`OptimalSet.supports`).
    width : int

    Returns
    -------
    isolated, connected : int
        Components that are one network, and those that are not.

    Notes
    -----
    A neuron is either zero or lies on one of the rays :math:`u_k`. Networks whose neuron ``j`` lies on the closed ray
    ``k(j)`` form a polytope :math:`Q_k`; the set of optimal networks is their union. Each :math:`Q_k` is connected,
    and :math:`Q_k\cap Q_l`, where the neurons on which ``k`` and ``l`` differ are zero, is a face of both: if it is
    not empty, it has a vertex. Vertices of :math:`Q_k` are vertices ``v`` of the polytope of strengths together
    with an injection of its directions into the neurons (one neuron for a direction, the rest zero: a vertex of
    :math:`Q_k` has independent columns). So components are those of the graph of these placements, joined when one
    :math:`Q_k` has both: when no neuron has to lie on two different rays (`count_placements` builds that graph).

    Its quotient by permutations of the neurons has the answer. Placements of ``v`` and ``v'`` can be
    joined if and only if their directions together number at most ``width``. With a free neuron the placements
    of one vertex are all joined: a neuron may hand its strength to the free one, which sorts any order. Without one,
    ``v`` uses ``width`` directions; another vertex would add a direction, since supports of vertices do not contain
    each other, so each of the ``width!`` placements is isolated. If the network 0 is optimal, it is the only one, and
    isolated at every width.

    Hence, with :math:`m^\star` and :math:`M^\star` the smallest and the largest support: finitely many networks
    at :math:`m^\star`, a component that is none from :math:`m^\star+1` on, isolated ones at :math:`M^\star` and never
    beyond, one component from :math:`m^\star+M^\star` on, since all vertices join the smallest, and from :math:`n+1`
    on, since adjacent vertices of a polytope have at most rank + 1 directions together. These are the thresholds of the
    staircase of [1]_.

    References
    ----------
    .. [1] Kim, Mishkin, Pilanci (2025), Exploring the loss landscape of regularized neural networks via convex duality,
       ICLR, caption of Figure 1 (read; the theorem's proof was not).

    Examples
    --------
    >>> [count_components([frozenset({0, 1}), frozenset({2, 3})], width) for width in (1, 2, 3, 4)]
    [(0, 0), (4, 0), (0, 2), (0, 1)]
    """
    width = as_integer("width", width, minimum=1)
    isolated = factorial(width) * sum(len(support) == width for support in supports)
    isolated += sum(not support for support in supports)
    loose = [support for support in supports if 0 < len(support) < width]
    pairs = [(i, j) for i, j in combinations(range(len(loose)), 2) if len(loose[i] | loose[j]) <= width]
    return isolated, _components(len(loose), np.array(pairs, dtype=int).reshape(-1, 2).T)[0]


def count_placements(supports, width):
    """`count_components` without its last step: the graph of all placements is built and searched.

    Parameters
    ----------
    supports : list of frozenset
    width : int

    Returns
    -------
    isolated, connected : int
    """
    placements = []
    for support in supports:
        for slots in permutations(range(width), len(support)):
            placements.append(np.full(width, -1))
            placements[-1][list(slots)] = sorted(support)
    states = np.array(placements, dtype=int).reshape(-1, width)
    pairs = []
    for i, state in enumerate(states):
        clash = (states[:i] >= 0) & (state >= 0) & (states[:i] != state)
        pairs += [(i, j) for j in np.flatnonzero(~clash.any(axis=1))]
    count, label = _components(len(states), np.array(pairs, dtype=int).reshape(-1, 2).T)
    # A component of one placement is one network only if no neuron is free to take over a part of another.
    sizes = np.bincount(label, minlength=count)
    used = states >= 0
    full = np.bincount(label, weights=used.all(axis=1) | ~used.any(axis=1), minlength=count)
    isolated = int(((sizes == 1) & (full == 1)).sum())
    return isolated, int(count - isolated)


def thresholds(supports, samples):
    """Widths at which the set of optimal networks changes.

    Parameters
    ----------
    supports : list of frozenset
    samples : int
        Number n of samples.

    Returns
    -------
    dict of str to int
        ``smallest`` m* and ``largest`` M*, fewest and most neurons of a vertex; ``bound``, min(m* + M*, n + 1), from
        which on the set is connected by [1]_ of `count_components`; ``connected_from``, from which on it is.
    """
    sizes = [len(support) for support in supports]
    bound = min(min(sizes) + max(sizes), samples + 1)
    connected = bound
    while connected > min(sizes) and sum(count_components(supports, connected - 1)) == 1:
        connected -= 1
    return {"smallest": min(sizes), "largest": max(sizes), "bound": bound, "connected_from": connected}


def _components(count, edges):
    if not count:
        return 0, np.empty(0, int)
    ones = np.ones(edges.shape[1])
    return connected_components(coo_array((ones, tuple(edges)), shape=(count, count)), directed=False)
