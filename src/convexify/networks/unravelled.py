"""A residual network written as the sum over its 2^H paths."""

import numpy as np

from convexify.checks import as_matrix, as_number, as_vector, one_of

ACTIVATIONS = ("linear", "relu")
GATES = ("network", "own")


def unravelled_paths(start, blocks, output, *, factor, activation="relu", gates="network"):
    r"""What each path through a residual network adds to its output.

    Parameters
    ----------
    start : array_like, shape (n, m)
        Representation :math:`x^{(0)}` that enters the first block.
    blocks : sequence of H array_like, shape (m, m)
        :math:`W_1, \dots, W_H` of :math:`x^{(h)} = x^{(h-1)} + s\,\sigma(W_h x^{(h-1)})`.
    output : array_like, shape (m,)
        a; the network is :math:`f = a^\top x^{(H)}`.
    factor : float
        s.
    activation : {"linear", "relu"}
    gates : {"network", "own"}
        For ReLU: whether the gates of a block on a path are those that the whole network has there, or those of the
        path as a network by itself, :math:`\sigma(W_{h_k}\cdots\sigma(W_{h_1}x^{(0)}))`.

    Returns
    -------
    taken : ndarray of bool, shape (2^H, H)
        The blocks S on each path; it skips the others.
    contributions : ndarray, shape (2^H, n)

    Raises
    ------
    ValueError
        If shapes disagree or a name is unknown.

    Notes
    -----
    With the gates :math:`D_h(x) = \operatorname{diag}1\{W_h x^{(h-1)} > 0\}` (the identity if linear) a block is the
    linear map :math:`I + s D_h W_h`, and the product of the blocks is, exactly [1]_,

    .. math:: f(x) = \sum_{S\subseteq\{1,\dots,H\}} s^{|S|}\, a^\top \prod_{h\in S} D_h(x) W_h\; x^{(0)} .

    As an average of I = 2^H branches, :math:`f = \frac1I\sum_S f_S` with I times the terms. Two things keep it from
    being the network of Zhang, Shao and Salakhutdinov, whose branches have weights of their own: W_h is in half of the
    paths; and the gates of a ReLU path depend on all paths, so that f_S is no function of the weights on S alone. Paths
    with gates of their own do not add up to the network.

    References
    ----------
    .. [1] Veit, Wilber, Belongie (2016), Residual networks behave like ensembles of relatively shallow networks,
       NeurIPS.

    Examples
    --------
    One block that doubles: the path around it and the path through it.

    >>> unravelled_paths([[1.0]], [[[2.0]]], [1.0], factor=0.5)[1]
    array([[1.],
           [1.]])
    """
    start = as_matrix("start", start)
    m = start.shape[1]
    blocks = [as_matrix(f"blocks[{h}]", W, rows=m, columns=m) for h, W in enumerate(blocks)]
    output, factor = as_vector("output", output, length=m), as_number("factor", factor)
    linear = one_of("activation", activation, ACTIVATIONS) == "linear"
    own = one_of("gates", gates, GATES) == "own"
    paths, taken, whole = start[None], np.zeros((1, 0), dtype=bool), start
    for W in blocks:
        entering = paths @ W.T
        gate = 1.0 if linear else entering > 0 if own else whole @ W.T > 0
        paths = np.concatenate([paths, factor * gate * entering])
        taken = np.block(
            [[taken, np.zeros((len(taken), 1), dtype=bool)], [taken, np.ones((len(taken), 1), dtype=bool)]]
        )
        whole = whole + factor * (whole @ W.T if linear else np.maximum(whole @ W.T, 0))
    return taken, paths @ output


def residual_output(start, blocks, output, *, factor, activation="relu"):
    """The same network layer by layer, shape (n,); parameters and errors as in `unravelled_paths`."""
    one_of("activation", activation, ACTIVATIONS)
    x = as_matrix("start", start)
    for W in blocks:
        z = x @ as_matrix("blocks", W, rows=x.shape[1], columns=x.shape[1]).T
        x = x + factor * (z if activation == "linear" else np.maximum(z, 0))
    return x @ as_vector("output", output, length=x.shape[1])
