"""Mean squared error of a small two-layer network as a function of its flat parameters, with a Hessian enclosure."""

from copy import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from convexify.checks import as_integer, as_matrix, as_vector, one_of
from convexify.curvature.activations import ACTIVATIONS, TORCH_ACTIVATIONS, activate, enclose_activation
from convexify.curvature.interval import Interval, dot, gram_enclosure, rounded

_KINKED = ("relu",)


@dataclass(frozen=True)
class Layout:
    """Where each group of parameters stands in the flat vector: W (m, d), b (m,), a (m,), c (), s (d,)."""

    W: slice
    b: slice
    a: slice
    c: slice
    s: slice
    size: int


class ShallowLoss:
    r"""Loss of a two-layer network in its flat parameters.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Samples as rows.
    y : array_like, shape (n,)
        Targets.
    width : int
        Hidden neurons m.
    activation : {"tanh", "softplus", "relu", "linear"}
    hidden_bias, output_bias, skip : bool
        Whether the network has biases b in the hidden layer, a bias c at the output, a linear skip connection s.

    Attributes
    ----------
    layout : Layout
        Order of the flat vector θ: W row by row, b, a, c, s; absent groups are empty.

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or the activation is unknown.

    Notes
    -----
    .. math:: L(\theta) = \frac1n \sum_i \Big(\sum_j a_j \sigma(w_j^\top x_i + b_j) + c + s^\top x_i - y_i\Big)^2

    Examples
    --------
    >>> loss = ShallowLoss([[-1.0], [0.0], [1.0]], [1.0, 1.0, 1.0], 2)
    >>> loss.layout.size  # two incoming weights, two biases, two outgoing weights, one output bias
    7
    >>> value, gradient = loss.value_and_gradient([0.0] * 7)
    >>> value, gradient.shape
    (1.0, (7,))
    """

    def __init__(self, X, y, width, *, activation="tanh", hidden_bias=True, output_bias=True, skip=False):
        self.X = as_matrix("X", X)
        self.y = as_vector("y", y, length=len(self.X))
        self.width = as_integer("width", width, minimum=1)
        self.activation = one_of("activation", activation, ACTIVATIONS)
        self.hidden_bias, self.output_bias, self.skip = hidden_bias, output_bias, skip
        n, d = self.X.shape
        m = self.width
        ends = np.cumsum([0, m * d, m * hidden_bias, m, output_bias, d * skip]).tolist()
        self.layout = Layout(*(slice(*pair) for pair in pairwise(ends)), size=ends[-1])
        # With a bias, a neuron sees x̃ = (x, 1) and has the parameters (w, b).
        self.inputs = np.hstack([self.X, np.ones((n, int(hidden_bias)))])

    @property
    def smooth(self):
        """Whether the loss is twice differentiable everywhere."""
        return self.activation not in _KINKED

    def __call__(self, theta):
        """Loss at a flat float64 tensor; differentiable by torch."""
        return ((self.output(theta, torch.as_tensor(self.X)) - torch.as_tensor(self.y)) ** 2).mean()

    def output(self, theta, X):
        """Output of the network at the rows of a tensor ``X``, shape (n,); differentiable by torch in both."""
        parts = self.layout
        output = self.hidden(theta, X) @ theta[parts.a]
        if self.output_bias:
            output = output + theta[parts.c]
        return output + X @ theta[parts.s] if self.skip else output

    def hidden(self, theta, X):
        """Values of the hidden neurons at the rows of a tensor ``X``, shape (n, m); differentiable by torch."""
        parts = self.layout
        hidden = X @ theta[parts.W].reshape(self.width, -1).T
        if self.hidden_bias:
            hidden = hidden + theta[parts.b]
        return TORCH_ACTIVATIONS[self.activation](hidden)

    def rows(self, index):
        """The same network's loss on some of the samples only."""
        part = copy(self)
        part.X, part.y, part.inputs = self.X[index], self.y[index], self.inputs[index]
        return part

    def neurons(self, theta):
        """Incoming weights (w, b) and outgoing weight a of each neuron, shape (m, d [+ 1] + 1)."""
        theta = np.asarray(theta)
        parts = self.layout
        columns = [theta[parts.W].reshape(self.width, -1)]
        if self.hidden_bias:
            columns.append(theta[parts.b][:, None])
        return np.hstack([*columns, theta[parts.a][:, None]])

    def predict(self, theta, X=None):
        """Output of the network at the rows of ``X`` (default: the samples), shape (n,)."""
        X = self.X if X is None else as_matrix("X", X, columns=self.X.shape[1])
        theta = np.asarray(theta, dtype=np.float64)
        inputs = np.hstack([X, np.ones((len(X), int(self.hidden_bias)))])
        weights = self.neurons(theta)
        value, _ = activate(self.activation, inputs @ weights[:, :-1].T)
        output = value @ weights[:, -1]
        if self.output_bias:
            output = output + theta[self.layout.c]
        return output + X @ theta[self.layout.s] if self.skip else output

    def hidden_outputs(self, theta):
        """What each neuron alone adds to the output at the samples, shape (n, m)."""
        theta = np.asarray(theta, dtype=np.float64)
        outgoing = self.layout.a

        def with_neurons(kept):
            """Outputs with the outgoing weights of all other neurons set to zero."""
            parameters = theta.copy()
            parameters[outgoing] = np.where(kept, theta[outgoing], 0.0)
            return self.predict(parameters)

        none = with_neurons(np.zeros(self.width, dtype=bool))
        return np.stack([with_neurons(one) - none for one in np.eye(self.width, dtype=bool)], axis=1)

    def value_and_gradient(self, theta):
        """Loss and gradient at a flat array: the same as torch's, several times faster at this size."""
        theta = np.asarray(theta, dtype=np.float64)
        weights, parts = self.neurons(theta), self.layout
        hidden, slope = activate(self.activation, self.inputs @ weights[:, :-1].T)
        residual = hidden @ weights[:, -1] - self.y
        if self.output_bias:
            residual = residual + theta[parts.c]
        if self.skip:
            residual = residual + self.X @ theta[parts.s]
        pull = 2 * residual / len(residual)
        incoming = (pull[:, None] * slope * weights[:, -1]).T @ self.inputs
        gradient = np.empty(parts.size)
        d = self.X.shape[1]
        gradient[parts.W] = incoming[:, :d].ravel()
        gradient[parts.b] = incoming[:, d:].ravel()
        gradient[parts.a] = hidden.T @ pull
        gradient[parts.c] = pull.sum()
        gradient[parts.s] = self.X.T @ pull if self.skip else ()
        return float(residual @ residual / len(residual)), gradient

    def hessian_enclosure(self, lower, upper):
        """Interval matrices that hold the Hessian everywhere on each of several boxes.

        Parameters
        ----------
        lower, upper : ndarray, shape (boxes, p)
            Ends of the boxes.

        Returns
        -------
        Interval
            Shape (boxes, p, p), symmetric.

        Raises
        ------
        ValueError
            If the activation has kinks: no Hessian exists there.
        """
        parameters, value, slope, bend, outgoing = self._on_boxes(lower, upper)
        residual = (value * outgoing[:, None, :]).sum(axis=2) - self.y
        if self.output_bias:
            residual = residual + parameters[:, self.layout.c]
        if self.skip:
            residual = residual + dot(self.X, parameters[:, None, self.layout.s])
        jacobian = self._jacobian(value, slope, outgoing)
        hessian = gram_enclosure(jacobian)
        for j in range(self.width):
            index = self.own(j)
            block = self._neuron_block(j, residual, slope, bend, outgoing)
            place = (slice(None), *np.ix_(index, index))
            total = hessian[place] + block
            hessian.lower[place], hessian.upper[place] = total.lower, total.upper
        return hessian * rounded(2 / len(self.y))

    def neuron_enclosure(self, j, lower, upper, others):
        """Enclosure of neuron j's block of Σ r_i ∇²f_i · 2/n when the rest of the network adds values in ``others``.

        The other part of the Hessian, Σ ∇f_i ∇f_iᵀ, is positive semidefinite, and Σ r_i ∇²f_i is block diagonal over
        neurons: the smallest eigenvalue over all such blocks bounds that of the Hessian from below [1]_.

        Parameters
        ----------
        j : int
            Neuron.
        lower, upper : ndarray, shape (boxes, p)
            Boxes; only the entries of the neuron matter.
        others : Interval, shape (n,)
            What the other neurons, the bias and the skip connection may add to the output at each sample.

        Returns
        -------
        Interval
            Shape (boxes, q, q) with q the number of the neuron's own parameters.

        References
        ----------
        .. [1] Weyl's inequality for the smallest eigenvalue of a sum of symmetric matrices.
        """
        _, value, slope, bend, outgoing = self._on_boxes(lower, upper)
        residual = value[:, :, j] * outgoing[:, None, j] + others - self.y
        return self._neuron_block(j, residual, slope, bend, outgoing) * rounded(2 / len(self.y))

    def others_enclosure(self, j, lower, upper):
        """What all parts of the network but neuron j may add to the output on a box, shape (n,)."""
        parameters, value, _, _, outgoing = self._on_boxes(lower[None], upper[None])
        rest = [k for k in range(self.width) if k != j]
        total = (value[:, :, rest] * outgoing[:, None, rest]).sum(axis=2)
        if self.output_bias:
            total = total + parameters[:, self.layout.c]
        if self.skip:
            total = total + dot(self.X, parameters[:, None, self.layout.s])
        return total[0]

    def own(self, j):
        """Indices in the flat vector of neuron j's incoming weights, bias and outgoing weight."""
        parts, d = self.layout, self.X.shape[1]
        bias = [parts.b.start + j] if self.hidden_bias else []
        return np.array([*range(j * d, (j + 1) * d), *bias, parts.a.start + j])

    def _on_boxes(self, lower, upper):
        if not self.smooth:
            raise ValueError(
                f"loss: expected a twice differentiable activation, got {self.activation!r}, which has kinks"
            )
        box = Interval(lower, upper)
        parts, d = self.layout, self.X.shape[1]
        incoming = Interval(
            *(
                np.concatenate(
                    [
                        end[:, parts.W].reshape(len(end), self.width, d),
                        end[:, parts.b].reshape(len(end), self.width, -1),
                    ]
                    if self.hidden_bias
                    else [end[:, parts.W].reshape(len(end), self.width, d)],
                    axis=2,
                )
                for end in (box.lower, box.upper)
            )
        )
        z = dot(self.inputs[None, :, None, :], incoming[:, None, :, :])
        return box, *enclose_activation(self.activation, z), box[:, parts.a]

    def _jacobian(self, value, slope, outgoing):
        """∂f_i/∂θ on each box, shape (boxes, n, p)."""
        boxes, n, m = value.shape
        parts, d = self.layout, self.X.shape[1]
        pull = slope * outgoing[:, None, :]
        lower, upper = np.ones((2, boxes, n, parts.size))
        weights = pull[:, :, :, None] * self.X[None, :, None, :]
        for end, block in ((lower, "lower"), (upper, "upper")):
            end[:, :, parts.W] = getattr(weights, block).reshape(boxes, n, m * d)
            if self.hidden_bias:
                end[:, :, parts.b] = getattr(pull, block)
            end[:, :, parts.a] = getattr(value, block)
            if self.skip:
                end[:, :, parts.s] = self.X
        return Interval(lower, upper)

    def _neuron_block(self, j, residual, slope, bend, outgoing):
        """Σ_i r_i ∇²f_i in neuron j's own parameters, shape (boxes, q, q)."""
        inputs = self.inputs
        q = inputs.shape[1] + 1
        curve = residual * bend[:, :, j] * outgoing[:, None, j]
        tilt = residual * slope[:, :, j]
        corner = (curve[:, :, None, None] * (inputs[:, :, None] * inputs[:, None, :])).sum(axis=1)
        edge = (tilt[:, :, None] * inputs).sum(axis=1)
        lower, upper = np.zeros((2, len(corner.lower), q, q))
        for end, name in ((lower, "lower"), (upper, "upper")):
            end[:, :-1, :-1] = getattr(corner, name)
            end[:, :-1, -1] = end[:, -1, :-1] = getattr(edge, name)
        return Interval(lower, upper)
