"""Two-layer ReLU networks for gradient training in torch; samples are rows."""

import numpy as np
import torch

from convexify.checks import as_integer, as_number


class TwoLayerReLUNet(torch.nn.Module):
    r"""Network :math:`f(X) = \sum_j (Xu_j)_+\,\alpha_j` with scalar or vector outputs, without biases.

    Parameters
    ----------
    inputs : int
        Dimension d of a sample.
    width : int
        Number m of neurons.
    generator : numpy.random.Generator
        Source of the initial weights: entries of U normal with variance ``scale² / d``, then entries of alpha normal
        with variance ``scale² / m``, so that for ``scale = 1`` and inputs of norm :math:`\sqrt d` the outputs have
        variance ½.
    outputs : int, optional
        Number c of outputs; None for a scalar one, whose predictions are vectors.
    scale : float
        Positive.
    dtype : torch.dtype

    Attributes
    ----------
    U : torch.nn.Parameter, shape (d, m)
    alpha : torch.nn.Parameter, shape (m,) or (m, c)

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, inputs, width, generator, *, outputs=None, scale=1.0, dtype=torch.float64):
        super().__init__()
        inputs, width = as_integer("inputs", inputs, minimum=1), as_integer("width", width, minimum=1)
        shape = (width,) if outputs is None else (width, as_integer("outputs", outputs, minimum=1))
        scale = as_number("scale", scale, above=0)
        U = generator.normal(scale=scale / np.sqrt(inputs), size=(inputs, width))
        alpha = generator.normal(scale=scale / np.sqrt(width), size=shape)
        self.U = torch.nn.Parameter(torch.as_tensor(U, dtype=dtype))
        self.alpha = torch.nn.Parameter(torch.as_tensor(alpha, dtype=dtype))

    def forward(self, X):
        """Predictions for samples ``X`` of shape (n, d): shape (n,) or (n, c)."""
        return torch.relu(X @ self.U) @ self.alpha

    def squared_norm(self):
        r""":math:`\sum_j(\|u_j\|^2+\|\alpha_j\|^2)`, to be multiplied by :math:`\beta/2` for weight decay."""
        return self.U.square().sum() + self.alpha.square().sum()

    @torch.no_grad()
    def balance(self):
        r"""Rescale every neuron so that :math:`\|u_j\|=\|\alpha_j\|`: the same function at the least squared norm.

        A neuron of which one side is zero contributes nothing; both its sides become zero.
        """
        alpha = self.alpha if self.alpha.ndim == 2 else self.alpha[:, None]
        into, out = self.U.norm(dim=0), alpha.norm(dim=1)
        alive = (into > 0) & (out > 0)
        factor = torch.where(alive, (out / into.clamp_min(torch.finfo(into.dtype).tiny)).sqrt(), 0.0)
        self.U.mul_(factor)
        alpha.mul_(torch.where(alive, 1 / factor, 0.0)[:, None])
        return self
