r"""A residual network, whose paths share their weights, beside as many independent paths: duality gaps of both.

To the theorem of the survey's §3.2 a residual network is one branch, because its weights are on half of its paths each.
Its paths with weights of their own are :math:`2^H` branches. Budgets are comparable: the penalty of a path counts the
weights of a block twice, so that the mean over all paths is the squared norm of the network whose weights they share.
"""

import numpy as np
import torch

from convexify.branches.separable import largest_gap, worst_nonconvexity
from convexify.checks import as_integer, as_matrix, as_vector

#: Points at which a share of the squared norm is tried.
_GRID = 2001


def linear_residual_margins(squares, blocks):
    r"""Largest mean(y f) of a linear residual network of a squared norm, in units of :math:`\|\frac1n\sum_i y_i x_i\|`.

    Parameters
    ----------
    squares : array_like, shape (k,)
        Squared norms :math:`\|V\|^2 + \sum_h\|W_h\|^2 + \|a\|^2`, non-negative.
    blocks : int
        H of :math:`f(x) = a^\top\prod_h(I + W_h/H)\,Vx`.

    Returns
    -------
    ndarray, shape (k,)

    Raises
    ------
    ValueError
        If ``blocks < 1`` or a square is negative.

    Notes
    -----
    The best matrices have rank one and are aligned, which leaves :math:`\alpha\nu\prod_h(1 + \omega_h/H)` over numbers
    with :math:`\alpha^2 + \nu^2 + \sum_h\omega_h^2` given. By the inequality of the means :math:`\alpha = \nu`; and
    :math:`\log(1 + \omega/H)` is concave, so that equal :math:`\omega_h` give the most for the sum of their squares.
    What is left is one number, tried on a grid: an error of its square. The data enter as one factor only.

    Examples
    --------
    Where weights are small, those of the blocks do not pay.

    >>> linear_residual_margins([0.02], 2).round(4)
    array([0.01])
    """
    squares, H = _squares(squares), as_integer("blocks", blocks, minimum=1)
    omega = np.sqrt(squares[:, None] / H) * np.linspace(0, 1, _GRID)
    return ((squares[:, None] - H * omega**2) / 2 * (1 + omega / H) ** H).max(axis=1)


def linear_path_margins(squares, blocks, taken):
    r"""The same of one path by itself, times the number of paths.

    Parameters
    ----------
    squares : array_like, shape (k,)
        Penalties :math:`\|V\|^2 + 2\sum_h\|W_h\|^2 + \|a\|^2`.
    blocks, taken : int
        H, and the number of blocks on the path.

    Returns
    -------
    ndarray, shape (k,)

    Raises
    ------
    ValueError
        As `linear_residual_margins`; or if ``taken`` is not in 0, …, H.

    Notes
    -----
    Of the branch :math:`2^H H^{-k}a^\top W_k\cdots W_1Vx`; by the inequality of the means the factors share the penalty
    q equally, :math:`2^H (\sqrt2 H)^{-k} (q/(k+2))^{(k+2)/2}`.

    Examples
    --------
    >>> linear_path_margins([2.0], 1, 0)
    array([2.])
    """
    squares, H = _squares(squares), as_integer("blocks", blocks, minimum=1)
    k = as_integer("taken", taken, minimum=0, maximum=H)
    return 2.0**H * (np.sqrt(2) * H) ** -float(k) * (squares / (k + 2)) ** ((k + 2) / 2)


def relative_gaps(tied, untied):
    r"""Largest duality gap over all budgets of both networks, each over what its own largest budget gains.

    Parameters
    ----------
    tied : array_like, shape (L + 1,)
        Largest mean(y f) of the residual network at the levels 0, …, L of the squared norm.
    untied : array_like, shape (I, L + 1)
        The same of each path, times I.

    Returns
    -------
    dict of str to float
        ``tied_gap`` and ``untied_gap``; ``tied_gap_over_bound`` and ``untied_gap_over_bound``: in units of the loss,
        the gaps over the theorem's 2Δ_worst/I of the independent paths.

    Notes
    -----
    For the linear hinge, 1 − mean(y f)/τ, where the optimum is a shortest path and the dual a merger of slopes:
    `convexify.branches.separable.largest_gap`, exact for the values given.

    Examples
    --------
    One branch that needs all of its budget to gain anything, beside two of them.

    >>> found = relative_gaps([0.0, 0.0, 1.0], [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    >>> found["tied_gap"], found["untied_gap"]
    (1.0, 0.5)
    """
    tied, untied = as_matrix("tied", [tied]), as_matrix("untied", untied)
    bound = 2 * worst_nonconvexity(-untied) / len(untied)
    gap, other = largest_gap(-tied), largest_gap(-untied)
    return {
        "tied_gap": gap / float(tied[0, -1] - tied[0, 0]),
        "untied_gap": other / float((untied[:, -1] - untied[:, 0]).mean()),
        "tied_gap_over_bound": gap / bound,
        "untied_gap_over_bound": other / bound,
    }


class ResidualReLU(torch.nn.Module):
    r"""With :math:`f(x) = a^\top x^{(H)},\ x^{(h)} = x^{(h-1)} + \frac1H\sigma(W_h x^{(h-1)}),\ x^{(0)} = \sigma(Vx)`.

    Parameters
    ----------
    inputs, width, blocks : int
    """

    def __init__(self, inputs, width, blocks):
        super().__init__()
        self.first, self.blocks, self.last = _layers(inputs, width, blocks)

    def forward(self, X):
        """One output for each sample."""
        x = self.first(X).relu()
        for block in self.blocks:
            x = x + block(x).relu() / len(self.blocks)
        return self.last(x)


class PathReLU(torch.nn.Module):
    r"""One path of `ResidualReLU` as a branch, :math:`2^H(\sqrt2H)^{-k}a^\top\sigma(W_k\cdots\sigma(Vx))`.

    The squared norm of its weights is the penalty :math:`\|V\|^2 + 2\sum_h\|W_h\|^2 + \|a\|^2` in weights
    :math:`W_h/\sqrt2`.

    Parameters
    ----------
    inputs, width, blocks : int
        Of the residual network.
    taken : int
        Number of blocks on the path.
    """

    def __init__(self, inputs, width, blocks, taken):
        super().__init__()
        self.first, self.blocks, self.last = _layers(inputs, width, taken)
        self.factor = 2.0**blocks * (np.sqrt(2) * blocks) ** -float(taken)

    def forward(self, X):
        """One output for each sample."""
        x = self.first(X).relu()
        for block in self.blocks:
            x = block(x).relu()
        return self.factor * self.last(x)


def _layers(inputs, width, blocks):
    def layer(rows, columns):
        return torch.nn.Linear(rows, columns, bias=False, dtype=torch.float64)

    return layer(inputs, width), torch.nn.ModuleList(layer(width, width) for _ in range(blocks)), layer(width, 1)


def _squares(squares):
    squares = as_vector("squares", squares)
    if squares.min() < 0:
        raise ValueError(f"squares: expected non-negative numbers, got {squares.min():g}")
    return squares
