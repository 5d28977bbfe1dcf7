"""Deep linear networks in torch, many at a time; samples are columns."""

from itertools import pairwise

import numpy as np
import torch

from convexify.checks import as_integer, as_number, one_of

INITIALISATIONS = ("gaussian", "orthogonal")


class DeepLinear(torch.nn.Module):
    r"""Networks :math:`x\mapsto W_H\cdots W_1x`, a stack of B independent ones with common widths.

    Parameters
    ----------
    widths : sequence of int
        :math:`d_0, d_1, \dots, d_H`: inputs, hidden layers, outputs.
    generators : sequence of numpy.random.Generator
        One for each network; its weights depend on its own generator alone.
    initialisation : {"gaussian", "orthogonal"}
        Independent normal entries of variance ``scale² / d_{i-1}``, which keeps the mean squared norm of a signal at
        ``scale = 1``; or ``scale`` times a Haar-random matrix with orthonormal rows or columns, which keeps the norm of
        every signal that fits through a layer [1]_.
    scale : float
        Positive; the product of the layers scales as ``scale ** H``.
    dtype : torch.dtype

    Attributes
    ----------
    weights : torch.nn.ParameterList
        Layer i has shape ``(B, d_i, d_{i-1})``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] Saxe, McClelland, Ganguli (2014), Exact solutions to the nonlinear dynamics of learning in deep linear neural
       networks, ICLR.
    """

    def __init__(self, widths, generators, *, initialisation="gaussian", scale=1.0, dtype=torch.float64):
        super().__init__()
        widths = [as_integer(f"widths[{i}]", width, minimum=1) for i, width in enumerate(widths)]
        if len(widths) < 2:
            raise ValueError(f"widths: expected at least inputs and outputs, got {widths}")
        if not len(generators):
            raise ValueError("generators: expected at least one, got none")
        draw = {"gaussian": _gaussian, "orthogonal": _orthogonal}[
            one_of("initialisation", initialisation, INITIALISATIONS)
        ]
        scale = as_number("scale", scale, above=0)
        networks = [
            [scale * draw(generator, rows, columns) for columns, rows in pairwise(widths)] for generator in generators
        ]
        self.weights = torch.nn.ParameterList(
            torch.nn.Parameter(torch.as_tensor(np.stack(layer), dtype=dtype)) for layer in zip(*networks, strict=True)
        )

    def forward(self, X):
        """Outputs, shape (B, d_H, n), for inputs (d_0, n) common to all networks or (B, d_0, n)."""
        for W in self.weights:
            X = W @ X
        return X

    def weights_of(self, b):
        """Weights of network ``b`` as a list of arrays, input layer first."""
        return [W[b].detach().cpu().numpy().copy() for W in self.weights]


def _gaussian(generator, rows, columns):
    return generator.normal(size=(rows, columns)) / np.sqrt(columns)


def _orthogonal(generator, rows, columns):
    Q, R = np.linalg.qr(generator.normal(size=(max(rows, columns), min(rows, columns))))
    # LAPACK's signs are a convention; these make the distribution Haar's.
    Q = Q * np.sign(np.diag(R))
    return Q if rows >= columns else Q.T
