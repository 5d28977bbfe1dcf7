"""Deep fully connected networks in the NTK parametrisation, whose wide limit is the Gram recursion of the survey."""

import functools

import numpy as np
import torch
from scipy.special import roots_hermitenorm

from convexify.checks import MOST_LAYERS, as_integer, one_of

#: Activations by name; all but ``relu`` are analytic, which the deep theorem asks for.
ACTIVATIONS = {"softplus": torch.nn.functional.softplus, "relu": torch.relu, "tanh": torch.tanh, "erf": torch.erf}

_CLOSED_FORMS = {"relu": 2.0, "erf": np.pi / (2 * np.arcsin(2 / 3))}


@functools.cache
def normaliser(activation):
    r"""Constant :math:`c_\sigma = \mathbb E_{z\sim N(0,1)}[\sigma(z)^2]^{-1}` that keeps the size of the signal.

    Parameters
    ----------
    activation : {"softplus", "relu", "tanh", "erf"}

    Returns
    -------
    float
        Closed form for ReLU (2) and erf; Gauss–Hermite quadrature for the analytic others (error below 1e-14).

    Raises
    ------
    ValueError
        For an unknown activation.
    """
    one_of("activation", activation, tuple(ACTIVATIONS))
    if activation in _CLOSED_FORMS:
        return _CLOSED_FORMS[activation]
    nodes, weights = roots_hermitenorm(512)
    values = ACTIVATIONS[activation](torch.from_numpy(nodes)).numpy()
    return float(weights.sum() / np.dot(weights, values**2))


class FullyConnected(torch.nn.Module):
    r"""Network :math:`x^{(h)} = \sqrt{c_\sigma/m}\;\sigma(W^{(h)}x^{(h-1)})`, :math:`f(x) = a^\top x^{(H)}` [1]_.

    Parameters
    ----------
    inputs : int
        Dimension d of a sample.
    width : int
        Number m of neurons of every hidden layer.
    depth : int
        Number H of hidden layers.
    activation : {"softplus", "relu", "tanh", "erf"}
    seed : int
        Seed of the initial weights; every entry of every W and of a is standard normal.
    dtype : torch.dtype

    Attributes
    ----------
    weights : list of torch.nn.Parameter
        ``W^(1)`` (m, d), then ``W^(h)`` (m, m).
    output : torch.nn.Parameter, shape (m,)
        ``a``.

    Raises
    ------
    ValueError
        If a size is below 1 or the activation is unknown.

    References
    ----------
    .. [1] Du, Lee, Li, Wang, Zhai (2019), Gradient descent finds global minima of deep neural networks, ICML.
    """

    def __init__(self, inputs, width, depth, *, activation="softplus", seed=0, dtype=torch.float64):
        super().__init__()
        inputs, width = as_integer("inputs", inputs, minimum=1), as_integer("width", width, minimum=1)
        depth = as_integer("depth", depth, minimum=1, maximum=MOST_LAYERS)
        self.width, self.depth, self.activation = width, depth, one_of("activation", activation, tuple(ACTIVATIONS))
        # Here and not on first use: under torch.func the quadrature would meet tensors without storage.
        self.first_factor = (normaliser(self.activation) / self.width) ** 0.5
        stream = torch.Generator().manual_seed(as_integer("seed", seed, minimum=0))
        shapes = [(width, inputs)] + [(width, width)] * (depth - 1)
        # Drawn in double precision whatever the dtype, so that both precisions start from the same weights.
        draws = [torch.randn(shape, generator=stream, dtype=torch.float64) for shape in [*shapes, (width,)]]
        for layer, draw in enumerate(draws[:-1], start=1):
            self.register_parameter(f"W{layer}", torch.nn.Parameter(draw.to(dtype)))
        self.output = torch.nn.Parameter(draws[-1].to(dtype))

    @property
    def weights(self):
        """Hidden weight matrices, first layer first."""
        return [getattr(self, f"W{layer}") for layer in range(1, self.depth + 1)]

    def forward(self, X):
        """Outputs of the samples in the rows of ``X``: shape (n,)."""
        return self.signals(X, self.weights, self.output)[0]

    def signals(self, X, weights, output, shifts=None):
        """Outputs and what enters every layer, for given weights, with the pre-activations moved by ``shifts``.

        Parameters
        ----------
        X : torch.Tensor, shape (n, d)
        weights : sequence of H tensors of shape (…, m, d) and (…, m, m)
            Leading dimensions run over several networks at once.
        output : torch.Tensor, shape (…, m)
        shifts : sequence of H tensors of shape (…, n, m), optional
            Added to the pre-activations: derivatives with respect to them are the back-propagated signals.

        Returns
        -------
        outputs : torch.Tensor, shape (…, n)
        entering : list of H + 1 tensors
            ``X``, then the hidden representations ``x^(1)``, …, ``x^(H)`` of shape (…, n, m).
        """
        entering = [X]
        for layer, weight in enumerate(weights, start=1):
            pre_activation = entering[-1] @ weight.mT
            if shifts is not None:
                pre_activation = pre_activation + shifts[layer - 1]
            entering.append(self.combine(layer, entering[-1], ACTIVATIONS[self.activation](pre_activation)))
        return (entering[-1] @ output[..., None]).squeeze(-1), entering

    def combine(self, layer, entering, activated):
        """What layer ``layer`` hands on, given what entered it and the activated values."""
        return self.first_factor * activated
