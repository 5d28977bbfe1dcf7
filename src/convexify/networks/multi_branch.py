"""Networks that average parallel branches, all in one tensor operation, and the loss that they are trained with."""

import itertools
import math

import numpy as np
import torch

from convexify.checks import MOST_LAYERS, as_integer


class MultiBranch:
    r"""Average of ``branches`` ReLU sub-networks of one shape, as a function of one flat parameter vector.

    Parameters
    ----------
    inputs, outputs : int
        Number of features and of outputs.
    branches : int
        Number :math:`I` of parallel sub-networks.
    width : int
        Units of each hidden layer of each branch.
    hidden_layers : int
        Hidden layers of each branch. One hidden layer of width 1 makes the average a one-hidden-layer network of
        :math:`I` units.

    Attributes
    ----------
    shapes : list of tuple
        Shapes of the tensors that the vector holds, weights and biases in turn: ``(I, width, inputs)``,
        ``(I, width)``, ``(I, width, width)``, …, ``(I, outputs, width)``, ``(I, outputs)``.
    size : int
        Length of the vector.

    Raises
    ------
    ValueError
        If an argument is not a positive integer.

    Notes
    -----
    The network is :math:`f(w; x) = \frac1I\sum_{i=1}^I f_i(w_{(i)}; x)` [1]_. Activations are kept as
    ``(I, units, samples)``: the first layer of all branches is one matrix product, the layers between are batched
    products, and the average over branches is one more matrix product.

    References
    ----------
    .. [1] Zhang, Shao, Salakhutdinov (2019), Deep neural networks with multi-branch architectures are intrinsically
       less non-convex, AISTATS.

    Examples
    --------
    >>> network = MultiBranch(inputs=3, outputs=2, branches=10, width=4)
    >>> parameters = network.initial(seed=0)
    >>> network(parameters, torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, inputs, outputs, *, branches, width=1, hidden_layers=1):
        self.inputs = as_integer("inputs", inputs, minimum=1)
        self.outputs = as_integer("outputs", outputs, minimum=1)
        self.branches = as_integer("branches", branches, minimum=1)
        self.width = as_integer("width", width, minimum=1)
        self.hidden_layers = as_integer("hidden_layers", hidden_layers, minimum=1, maximum=MOST_LAYERS)
        sizes = [inputs] + [width] * hidden_layers + [outputs]
        self.shapes = []
        for before, after in itertools.pairwise(sizes):
            self.shapes += [(branches, after, before), (branches, after)]
        self.size = sum(math.prod(shape) for shape in self.shapes)

    def initial(self, seed, *, dtype=torch.float32):
        """Random parameters: weights and biases uniform in ±1/√fan-in, the default of `torch.nn.Linear`.

        Parameters
        ----------
        seed : int
            Seed of this draw alone.
        dtype : torch.dtype

        Returns
        -------
        torch.Tensor, shape (size,)
        """
        generator = torch.Generator().manual_seed(as_integer("seed", seed, minimum=0))
        pieces = []
        for weights, biases in zip(self.shapes[::2], self.shapes[1::2], strict=True):
            bound = 1 / math.sqrt(weights[2])
            for shape in (weights, biases):
                pieces.append(bound * (2 * torch.rand(math.prod(shape), generator=generator, dtype=dtype) - 1))
        return torch.cat(pieces)

    def tensors(self, parameters):
        """Views of the vector in the shapes of `shapes`.

        Raises
        ------
        ValueError
            If ``parameters`` is not a vector of length ``size``.
        """
        if parameters.shape != (self.size,):
            raise ValueError(
                f"parameters: expected a vector of length {self.size}, got shape {tuple(parameters.shape)}"
            )
        return self._pieces(parameters, self.shapes)

    def vector(self, tensors):
        """Inverse of `tensors`."""
        return torch.cat([tensor.reshape(-1) for tensor in tensors])

    def __call__(self, parameters, X):
        """Outputs (n, outputs) of the average at the samples ``X`` (n, inputs)."""
        return self.from_first_layer(self.after_first_layer(parameters), self.first_layer(parameters, X))

    def first_layer(self, parameters, X, *, bias=True):
        """Pre-activations of the first layer, affine in the parameters: (I, width, n)."""
        if X.ndim != 2 or X.shape[1] != self.inputs:
            raise ValueError(f"X: expected {self.inputs} columns, got shape {tuple(X.shape)}")
        weights, biases = self.tensors(parameters)[:2]
        products = (weights.reshape(-1, self.inputs) @ X.T).view(self.branches, self.width, len(X))
        return products + biases[:, :, None] if bias else products

    def after_first_layer(self, parameters):
        """What is left of the vector without the first layer, which holds most of it; a view."""
        return parameters[sum(math.prod(shape) for shape in self.shapes[:2]) :]

    def from_first_layer(self, rest, preactivations):
        """Outputs (n, outputs) from the parameters `after_first_layer` and the first layer's pre-activations."""
        tensors = self._pieces(rest, self.shapes[2:])
        active = self._hidden(tensors, preactivations)[-1]
        weights, biases = tensors[-2:]
        joined = weights.transpose(0, 1).reshape(self.outputs, -1)
        return ((joined @ active.reshape(-1, active.shape[-1])).T + biases.sum(dim=0)) / self.branches

    def branch_outputs(self, parameters, X):
        """Outputs of every branch by itself, (I, outputs, n); their mean over the first axis is the network's."""
        tensors = self.tensors(parameters)
        active = self._hidden(tensors[2:], self.first_layer(parameters, X))[-1]
        return torch.baddbmm(tensors[-1][:, :, None], tensors[-2], active)

    def activations(self, parameters, X):
        """Activations of every hidden layer, a list of tensors (I, width, n)."""
        return self._hidden(self.tensors(parameters)[2:], self.first_layer(parameters, X))

    def permuted(self, parameters, order, units=None):
        """The same function with branches and hidden units listed in another order.

        Parameters
        ----------
        parameters : torch.Tensor, shape (size,)
        order : array_like of int, shape (I,)
            Branch ``order[i]`` becomes branch ``i``.
        units : list of array_like of int, shape (I, width), optional
            For each hidden layer: unit ``units[layer][i][j]`` of the new branch ``i`` becomes its unit ``j``.

        Returns
        -------
        torch.Tensor, shape (size,)
        """
        order = torch.as_tensor(_permutations("order", order, (self.branches,)), device=parameters.device)
        tensors = [tensor[order] for tensor in self.tensors(parameters)]
        for layer, orders in enumerate([] if units is None else units):
            orders = _permutations("units", orders, (self.branches, self.width))
            orders = torch.as_tensor(orders, device=parameters.device)
            rows, following = tensors[2 * layer], tensors[2 * layer + 2]
            tensors[2 * layer] = rows.gather(1, orders[:, :, None].expand_as(rows))
            tensors[2 * layer + 1] = tensors[2 * layer + 1].gather(1, orders)
            tensors[2 * layer + 2] = following.gather(2, orders[:, None, :].expand_as(following))
        return self.vector(tensors)

    @staticmethod
    def _pieces(vector, shapes):
        pieces = vector.split([math.prod(shape) for shape in shapes])
        return [piece.view(shape) for piece, shape in zip(pieces, shapes, strict=True)]

    @staticmethod
    def _hidden(tensors, preactivations):
        layers = [torch.relu(preactivations)]
        for weights, biases in zip(tensors[:-2:2], tensors[1:-2:2], strict=True):
            layers.append(torch.relu(torch.baddbmm(biases[:, :, None], weights, layers[-1])))
        return layers


def multiclass_margin_loss(outputs, labels):
    r"""Mean over samples of :math:`\frac1C\sum_{j\ne y}\max(0, 1 - f_y + f_j)`, differentiable as often as needed.

    Parameters
    ----------
    outputs : torch.Tensor, shape (n, C)
    labels : torch.Tensor of int64, shape (n,)

    Returns
    -------
    torch.Tensor
        Scalar; 1 − 1/C where all outputs are equal. The value of `torch.nn.functional.multi_margin_loss`, whose
        gradient torch cannot differentiate again.

    Examples
    --------
    >>> float(multiclass_margin_loss(torch.zeros(4, 2), torch.tensor([0, 1, 1, 0])))
    0.5
    """
    gaps = (1 - outputs.gather(1, labels[:, None]) + outputs).clamp(min=0)
    # The term j = y is 1 for every sample.
    return gaps.mean() - 1 / outputs.shape[1]


def _permutations(name, value, shape):
    value = np.asarray(value)
    if value.shape != shape or not np.array_equal(
        np.sort(value, axis=-1), np.broadcast_to(np.arange(shape[-1]), shape)
    ):
        raise ValueError(f"{name}: expected permutations of 0 … {shape[-1] - 1} in shape {shape}, got {value.tolist()}")
    return value.astype(np.int64)
