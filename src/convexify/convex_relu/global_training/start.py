"""Networks to start from or to certify: this package's own, and torch's as they are."""

import numpy as np

from convexify.checks import as_matrix
from convexify.convex_relu.networks.two_layer import GroupedReLU, TwoLayerReLU


def as_network(network, X):
    r"""``network`` as a `TwoLayerReLU`, and ``X`` with the column of ones that its biases need.

    Parameters
    ----------
    network : TwoLayerReLU, GroupedReLU or torch.nn.Sequential(Linear, ReLU, Linear)
    X : array_like, shape (n, d)

    Returns
    -------
    network : TwoLayerReLU
        One output of torch gives ``a`` of shape (m, 1).
    X : ndarray, shape (n, d) or (n, d + 1)

    Raises
    ------
    ValueError
        If it is another kind of network, or does not fit ``X``.

    Notes
    -----
    A bias of the first layer becomes the weight of a column of ones and is penalised like every weight. A bias ``b`` of
    the output becomes one more neuron that only sees that column, with weights √‖b‖ and b/√‖b‖: penalised by
    ``beta`` ‖b‖. A network without biases is taken on ``X`` as it is; one with biases and d inputs on ``[X, 1]``, and
    on ``X`` itself if that has d + 1 columns, the last of them ones.
    """
    X = as_matrix("X", X)
    if isinstance(network, GroupedReLU):
        network = network.as_two_layer()
    if not isinstance(network, TwoLayerReLU):
        network, inputs, biased = _from_torch(network)
        if biased and X.shape[1] == inputs:
            X = np.column_stack([X, np.ones(len(X))])
        elif biased and (X.shape[1] != inputs + 1 or (X[:, -1] != 1.0).any()):
            raise ValueError(f"X: expected {inputs} columns (or a column of ones after them), got shape {X.shape}")
    return network, as_matrix("X", X, columns=len(network.W))


def _from_torch(module):
    expected = "expected TwoLayerReLU, GroupedReLU or torch.nn.Sequential(Linear, ReLU, Linear)"
    names = [type(layer).__name__ for layer in module] if type(module).__name__ == "Sequential" else None
    if names != ["Linear", "ReLU", "Linear"]:
        raise ValueError(f"network: {expected}, got {names or type(module).__name__}")

    def array(parameter):
        return parameter.detach().cpu().double().numpy()

    first, _, last = module
    W, a = array(first.weight).T, array(last.weight).T
    biased = first.bias is not None or last.bias is not None
    if biased:
        W = np.vstack([W, np.zeros(W.shape[1]) if first.bias is None else array(first.bias)])
    if last.bias is not None and array(last.bias).any():
        bias = array(last.bias)
        root = np.sqrt(np.linalg.norm(bias))
        W = np.column_stack([W, np.append(np.zeros(len(W) - 1), root)])
        a = np.vstack([a, bias / root])
    return TwoLayerReLU(W, a), first.in_features, biased


def with_outputs(network, outputs, flat):
    """The same network with ``a`` (m,) or (m, c) as the targets have it; `ValueError` if it has other outputs."""
    a = network.a.reshape(len(network.a), -1)
    if a.shape[1] != outputs:
        raise ValueError(f"network: expected {outputs} output{'s' * (outputs > 1)}, as y has, got {a.shape[1]}")
    return TwoLayerReLU(network.W, a[:, 0] if flat else a)
