"""A residual ReLU classifier as a function of one flat parameter vector, beside `MultiBranch`, and its symmetries."""

import math

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from convexify.checks import as_integer


class ResidualClassifier:
    r"""Network :math:`x^{(h)} = x^{(h-1)} + \frac1H\,\sigma(W_h x^{(h-1)} + c_h)`, h = 1, …, H.

    The first layer is :math:`x^{(0)} = \sigma(Vx + b)`, the output :math:`Ax^{(H)} + c`; σ is the ReLU.

    Parameters
    ----------
    inputs, outputs : int
        Number of features and of outputs.
    blocks : int
        H ≥ 1.
    width : int
        m, units of the first layer and of every block.

    Attributes
    ----------
    shapes : list of tuple
        Shapes of the tensors that the vector holds: weights and biases of the first layer, each block, the output.
    size : int
        Length of the vector.

    Raises
    ------
    ValueError
        If an argument is not a positive integer.

    Notes
    -----
    It has the methods of `convexify.networks.multi_branch.MultiBranch` that training and planes ask for. All layers add
    to the same m coordinates, so that its units can be permuted only together, in m! ways; I branches of L hidden
    layers of m units have :math:`I!\,(m!)^{LI}`.

    Examples
    --------
    >>> network = ResidualClassifier(inputs=3, outputs=2, blocks=2, width=4)
    >>> w = network.initial(seed=0)
    >>> X = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    >>> torch.allclose(network(network.permuted(w, [2, 0, 3, 1]), X), network(w, X), atol=1e-6)
    True
    """

    #: The loss of a step does not need rescaling, as that of an average of branches does.
    branches = 1

    def __init__(self, inputs, outputs, *, blocks, width):
        self.inputs, self.outputs = as_integer("inputs", inputs, minimum=1), as_integer("outputs", outputs, minimum=1)
        self.blocks, self.width = as_integer("blocks", blocks, minimum=1), as_integer("width", width, minimum=1)
        layers = [(width, inputs)] + [(width, width)] * blocks + [(outputs, width)]
        self.shapes = [shape for rows, columns in layers for shape in ((rows, columns), (rows,))]
        self.size = sum(math.prod(shape) for shape in self.shapes)

    def initial(self, seed, *, dtype=torch.float32):
        """Random parameters: weights and biases uniform in ±1/√fan-in, the default of `torch.nn.Linear`."""
        stream = torch.Generator().manual_seed(as_integer("seed", seed, minimum=0))
        pieces = []
        for weights, biases in zip(self.shapes[::2], self.shapes[1::2], strict=True):
            for shape in (weights, biases):
                draw = 2 * torch.rand(math.prod(shape), generator=stream, dtype=dtype) - 1
                pieces.append(draw / math.sqrt(weights[1]))
        return torch.cat(pieces)

    def tensors(self, parameters):
        """Views of the vector in the shapes of `shapes`."""
        if parameters.shape != (self.size,):
            raise ValueError(
                f"parameters: expected a vector of length {self.size}, got shape {tuple(parameters.shape)}"
            )
        pieces = parameters.split([math.prod(shape) for shape in self.shapes])
        return [piece.view(shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def vector(self, tensors):
        """Inverse of `tensors`."""
        return torch.cat([tensor.reshape(-1) for tensor in tensors])

    def __call__(self, parameters, X):
        """Outputs (n, outputs) at the samples ``X`` (n, inputs)."""
        return self.from_first_layer(parameters, self.first_layer(parameters, X))

    def first_layer(self, parameters, X):
        """Pre-activations of the first layer, affine in the parameters: (n, m)."""
        weights, biases = self.tensors(parameters)[:2]
        return torch.addmm(biases, X, weights.T)

    def after_first_layer(self, parameters):
        """What `from_first_layer` takes of the vector: all of it, the first layer is a small part."""
        return parameters

    def from_first_layer(self, parameters, preactivations):
        """Outputs (n, outputs) from the pre-activations of the first layer."""
        weights, biases = self.tensors(parameters)[-2:]
        return torch.addmm(biases, self.activations(parameters, preactivations)[-1], weights.T)

    def activations(self, parameters, preactivations):
        """Representations x^(0), …, x^(H), each (n, m)."""
        tensors, found = self.tensors(parameters), [torch.relu(preactivations)]
        for weights, biases in zip(tensors[2:-2:2], tensors[3:-2:2], strict=True):
            branch = torch.relu(torch.addmm(biases, found[-1], weights.T))
            found.append(torch.add(found[-1], branch, alpha=1 / self.blocks))
        return found

    def permuted(self, parameters, order):
        """The same function with coordinate ``order[j]`` of the representations as its coordinate j.

        Raises
        ------
        ValueError
            If ``order`` is no permutation of 0, …, m − 1.
        """
        order = np.asarray(order)
        if not np.array_equal(np.sort(order), np.arange(self.width)):
            raise ValueError(f"order: expected a permutation of 0 … {self.width - 1}, got {order.tolist()}")
        order = torch.as_tensor(order, device=parameters.device)
        tensors = self.tensors(parameters)
        for k in range(len(tensors) - 2):
            tensors[k] = tensors[k][order]
        for k in range(2, len(tensors), 2):
            tensors[k] = tensors[k][:, order]
        return self.vector(tensors)

    def aligned(self, parameters, reference, X):
        """``parameters`` permuted so that the activations of all layers at ``X`` match those of ``reference`` best.

        Activation matching, as in `convexify.networks.alignment.aligned`: one assignment, as units move together.
        """
        with torch.no_grad():
            theirs, ours = (torch.cat(self.activations(w, self.first_layer(w, X))) for w in (reference, parameters))
            similarity = (theirs.T @ ours).double().cpu().numpy()
            return self.permuted(parameters, linear_sum_assignment(similarity, maximize=True)[1])
