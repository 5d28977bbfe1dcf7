"""Gram matrices of a network of finite width: inner products of the derivatives of its outputs, layer by layer."""

import numpy as np
import torch
from torch.func import functional_call, grad, vjp, vmap

from convexify.checks import as_matrix
from convexify.networks.fully_connected import FullyConnected


def empirical_gram(network, X):
    r"""Gram matrices :math:`G^{(h)}_{ij} = \langle\partial_{\theta_h} f(x_i),\ \partial_{\theta_h} f(x_j)\rangle`.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (n, d) to n outputs. Every named parameter is one layer, in the order of ``named_parameters``; for the
        networks of `convexify.networks` these are :math:`W^{(1)}, \dots, W^{(H)}, a`.
    X : array_like or torch.Tensor, shape (n, d)

    Returns
    -------
    list of ndarrays of shape (n, n), float64
        One per layer: H + 1 for the networks of this project. Their sum is the G of the survey's eq. (11).

    Raises
    ------
    ValueError
        If X is not a finite two-dimensional array, or the network does not return one output per row.

    Notes
    -----
    For `FullyConnected` and `Residual`, :math:`\partial f/\partial W^{(h)} = \delta^{(h)}(x^{(h-1)})^\top` with the
    back-propagated signal δ, so that
    :math:`G^{(h)}_{ij} = \langle x^{(h-1)}_i, x^{(h-1)}_j\rangle\langle\delta^{(h)}_i, \delta^{(h)}_j\rangle` costs
    O(n²m) and not O(n²m²) [1]_. Other modules go through one gradient per sample and parameter.

    References
    ----------
    .. [1] Novak, Sohl-Dickstein, Schoenholz (2022), Fast finite width neural tangent kernel, ICML.

    Examples
    --------
    >>> import numpy as np
    >>> matrices = empirical_gram(FullyConnected(3, 16, depth=2, seed=0), np.eye(3))
    >>> len(matrices), matrices[0].shape
    (3, (3, 3))
    """
    parameters = {name: parameter.detach() for name, parameter in network.named_parameters()}
    reference = next(iter(parameters.values()))
    X = as_matrix("X", X.detach().cpu() if isinstance(X, torch.Tensor) else X)
    X = torch.as_tensor(X).to(reference)
    if isinstance(network, FullyConnected):
        weights = [weight.detach() for weight in network.weights]
        _, entering, signals = back_propagated(network, weights, network.output.detach(), X)
        kernels = layer_kernels(entering, signals)
    else:
        kernels = _kernels_by_samples(network, parameters, X)
    return [kernel.to(torch.float64).cpu().numpy() for kernel in kernels]


def back_propagated(network, weights, output, X):
    r"""Outputs, hidden representations and back-propagated signals of one or several networks of one architecture.

    Parameters
    ----------
    network : FullyConnected
        Gives the architecture.
    weights, output, X
        As for `FullyConnected.signals`.

    Returns
    -------
    outputs : torch.Tensor, shape (…, n)
    entering : list of H + 1 tensors
        What enters each layer, the output layer last.
    signals : list of H tensors, shape (…, n, m)
        :math:`\delta^{(h)}_i = \partial f(x_i)/\partial(W^{(h)}x^{(h-1)}_i)`, so that the gradient of
        :math:`\sum_i c_i f(x_i)` with respect to W^(h) is :math:`\sum_i c_i\,\delta^{(h)}_i (x^{(h-1)}_i)^\top`.
    """
    zeros = [X.new_zeros(*output.shape[:-1], X.shape[-2], network.width) for _ in weights]
    outputs, pull_back, entering = vjp(
        lambda *shifts: network.signals(X, weights, output, shifts), *zeros, has_aux=True
    )
    return outputs, entering, pull_back(torch.ones_like(outputs))


def layer_kernels(entering, signals):
    """Gram matrices of all H + 1 layers from what `back_propagated` returns: shape (…, H + 1, n, n)."""
    kernels = [(x @ x.mT) * (delta @ delta.mT) for x, delta in zip(entering[:-1], signals, strict=True)]
    return torch.stack([*kernels, entering[-1] @ entering[-1].mT], dim=-3)


def _kernels_by_samples(network, parameters, X):
    shape = functional_call(network, parameters, (X,)).shape
    if np.prod(shape) != len(X):
        raise ValueError(f"network: expected one output per row of X ({len(X)}), got outputs of shape {tuple(shape)}")

    def kernel(name):
        def output(value, x):
            return functional_call(network, {**parameters, name: value}, (x[None],)).reshape(())

        derivatives = vmap(grad(output), in_dims=(None, 0))(parameters[name], X).flatten(1)
        return derivatives @ derivatives.T

    return [kernel(name) for name in parameters]
