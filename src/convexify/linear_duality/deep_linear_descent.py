"""Objective (2) in torch for a stack of deep linear networks, and gradient descent on it against the dual value."""

import dataclasses

import numpy as np
import torch

from convexify.checks import as_integer, as_matrix, as_number, as_vector, one_of
from convexify.networks.deep_linear import DeepLinear
from convexify.training import History, train

REGULARISERS = ("schatten", "weight decay")
_BLOW_UP = 1e6


@dataclasses.dataclass(frozen=True)
class Descent:
    """Gradient descent of a stack of networks.

    Attributes
    ----------
    network : DeepLinear
        The trained stack.
    history : History
        Its column ``iterations`` and, as measures, one column ``objective_<b>`` for each network b.
    objectives : ndarray, shape (records, B)
        Objective of each network; infinite from the record on at which it counted as diverged.
    steps : ndarray, shape (B,)
        Step length used for each network.
    snapshots : list of list of ndarray
        Weights of the whole stack at each record, if they were kept.
    """

    network: DeepLinear
    history: History
    objectives: np.ndarray
    steps: np.ndarray
    snapshots: list = dataclasses.field(default_factory=list)


def objectives(network, inputs, targets, gammas, regulariser="schatten"):
    r"""Objective (2), or the one with weight decay, for every network of a stack.

    Parameters
    ----------
    network : DeepLinear
        B networks of depth H.
    inputs : torch.Tensor, shape (d_0, k)
    targets : torch.Tensor, shape (d_H, k)
    gammas : torch.Tensor, shape (B,)
        Regularisation of each network.
    regulariser : {"schatten", "weight decay"}
        :math:`\tfrac1H\sum\|\cdot\|_{S_H}^H` or :math:`\tfrac12\sum\|\cdot\|_F^2`, over :math:`W_1X, W_2, \dots, W_H`.

    Returns
    -------
    torch.Tensor, shape (B,)

    Notes
    -----
    With G the smaller Gram matrix of a layer the Schatten term is :math:`\mathrm{tr}\,G^{H/2}`: a matrix power for even
    H, a sum over eigenvalues for odd H. Its derivative :math:`H\,U\Sigma^{H-1}V^\top` is continuous, ties and zeros of
    the singular values included.
    """
    one_of("regulariser", regulariser, REGULARISERS)
    depth = len(network.weights)
    power = depth if regulariser == "schatten" else 2
    product = network.weights[0] @ inputs
    penalty = _schatten_power(product, power)
    for W in network.weights[1:]:
        penalty = penalty + _schatten_power(W, power)
        product = W @ product
    residual = targets - product
    return 0.5 * residual.square().sum(dim=(-2, -1)) + gammas / power * penalty


def gradient_descent(
    inputs,
    targets,
    gammas,
    generators,
    widths,
    *,
    iterations,
    step_factor=0.25,
    initialisation="gaussian",
    scale=1.0,
    regulariser="schatten",
    record_every=1,
    keep_weights=False,
    device="cpu",
    description="gradient descent",
):
    r"""Full-batch gradient descent on the primal from several starts at once.

    Parameters
    ----------
    inputs, targets : array_like, shapes (d_0, k) and (d_H, k)
        Data, usually in row-space coordinates (`CompressedProblem`), where descent takes the same steps as on (X, Y).
    gammas : array_like, shape (B,)
        Regularisation of each run.
    generators : sequence of numpy.random.Generator
        B sources of initial weights.
    widths : sequence of int
        Hidden widths :math:`d_1, \dots, d_{H-1}`.
    iterations : int
    step_factor : float or array_like, shape (B,)
        The step of a run is ``step_factor`` / L, with L a bound of the curvature at the balanced global optimum, see
        Notes.
    initialisation, scale
        See `DeepLinear`.
    regulariser : {"schatten", "weight decay"}
    record_every : int
    keep_weights : bool
        Keep the weights of the stack at each record.
    device : str or torch.device
    description : str

    Returns
    -------
    Descent

    Notes
    -----
    The runs do not interact: the trained loss is :math:`\sum_b\eta_bL_b` with unit step, which is gradient descent with
    step :math:`\eta_b` on each. At balanced weights with largest singular value :math:`\sigma` of the product the
    squared loss has curvature at most :math:`H\sigma^{2-2/H}\max(1,\|X\|_2^2)` (the first layer sees X), and the
    Schatten term adds at most :math:`\gamma(H-1)\sigma^{1-2/H}` times the same factor;
    :math:`\sigma = \max(1, \sigma_1(\tilde Y))` is used.

    Raises
    ------
    ValueError
        If an argument is out of range, or ``gammas`` and ``generators`` differ in length.

    Examples
    --------
    Two layers reach the optimum from every start: 2 for targets with singular values 2 and 1.

    >>> starts = [np.random.default_rng(seed) for seed in range(3)]
    >>> run = gradient_descent(np.eye(2), np.diag([2.0, 1.0]), [1.0] * 3, starts, [2], iterations=2000)
    >>> run.objectives[-1].round(2).tolist()
    [2.0, 2.0, 2.0]
    """
    inputs = as_matrix("inputs", inputs)
    targets = as_matrix("targets", targets, columns=inputs.shape[1])
    gammas = as_vector("gammas", gammas, length=len(generators))
    if (gammas < 0).any():
        raise ValueError(f"gammas: expected non-negative entries, got {gammas.min()}")
    factors = np.atleast_1d(np.asarray(step_factor, dtype=float))
    for factor in factors:
        as_number("step_factor", float(factor), above=0)
    record_every = as_integer("record_every", record_every, minimum=1)
    network = DeepLinear(
        [inputs.shape[0], *widths, targets.shape[0]], generators, initialisation=initialisation, scale=scale
    ).to(device)
    steps = factors / _curvature(inputs, targets, gammas, len(widths) + 1)
    A, B, g, eta = (torch.as_tensor(np.ascontiguousarray(v), device=device) for v in (inputs, targets, gammas, steps))
    ceiling, latest = None, None

    def loss():
        nonlocal ceiling, latest
        values = objectives(network, A, B, g, regulariser)
        if ceiling is None:
            ceiling = _BLOW_UP * values.detach().clamp_min(1)
        # A run that blows up is frozen, so that it does not end the others; NaN fails the comparison.
        alive = values.detach() <= ceiling
        latest = torch.where(alive, values.detach(), torch.inf)
        return torch.where(alive, eta * values, 0.0).sum()

    snapshots = []

    def measure():
        if keep_weights:
            snapshots.append([W.detach().cpu().numpy().copy() for W in network.weights])
        return {f"objective_{b}": float(value) for b, value in enumerate(latest)}

    history = train(
        network.parameters(),
        loss,
        method="gd",
        step=1.0,
        iterations=iterations,
        record_every=record_every,
        measure=measure,
        description=description,
    )
    columns = [history.measures[f"objective_{b}"] for b in range(len(generators))]
    return Descent(network, history, np.stack(columns, axis=1), steps, snapshots)


def _curvature(inputs, targets, gammas, depth):
    sigma = max(1.0, np.linalg.norm(targets, 2))
    first = max(1.0, np.linalg.norm(inputs, 2) ** 2)
    return first * (depth * sigma ** (2 - 2 / depth) + gammas * (depth - 1) * sigma ** (1 - 2 / depth))


def _schatten_power(A, power):
    if power == 2:
        return A.square().sum(dim=(-2, -1))
    gram = A @ A.mT if A.shape[-2] <= A.shape[-1] else A.mT @ A
    if power % 2:
        return torch.linalg.eigvalsh(gram).clamp_min(0).pow(power / 2).sum(dim=-1)
    half = torch.linalg.matrix_power(gram, power // 4)
    # tr(G^p) = <G^⌊p/2⌋, G^⌈p/2⌉> saves one product.
    other = half if power % 4 == 0 else half @ gram
    return (half * other).sum(dim=(-2, -1))
