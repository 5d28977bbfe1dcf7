"""Two-layer ReLU networks trained by descent on the objective that the convex program bounds from below."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from convexify.checks import as_integer, as_matrix, as_number
from convexify.convex_relu.networks.objective_gradient import TwoLayerObjective
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.programs.losses import check_labels, loss_named
from convexify.devices import resolve_device
from convexify.training import train

#: A network counts as diverged, and is no longer moved, above this multiple of its first objective (at least 1).
_BLOW_UP = 1e6


@dataclass(frozen=True)
class TrainedNetworks:
    """Independent networks, one per column of the targets.

    Attributes
    ----------
    hidden : ndarray, shape (c, d, m)
        First-layer weights: neuron ``j`` of network ``k`` is ``hidden[k, :, j]``.
    output : ndarray, shape (c, m)
    history : pandas.DataFrame
        Columns ``iteration, network, objective``; objectives in the ½‖·‖² scaling of `convexify.convex_relu.solve`.
    diverged : ndarray of bool, shape (c,)
    negative_slope : float
        Of the activation; 0 is ReLU.
    """

    hidden: np.ndarray
    output: np.ndarray
    history: pd.DataFrame
    diverged: np.ndarray
    negative_slope: float = 0.0

    @property
    def final_objectives(self):
        """Objectives of the last record, shape (c,)."""
        return self.history.drop_duplicates("network", keep="last")["objective"].to_numpy()

    def network(self, k):
        """Network ``k`` as a `TwoLayerReLU`, for `certify`, `prune` and `stationarity`; of ReLU networks only."""
        return TwoLayerReLU(self.hidden[k], self.output[k])

    def predict(self, X):
        """Predictions, shape (n, c)."""
        return _outputs(np.asarray(X, float), self.hidden, self.output, self.negative_slope)


def objectives(X, y, beta, hidden, output, *, loss="squared", negative_slope=0.0):
    r"""Objectives :math:`L(\sum_j(Xu_j)_+\alpha_j,y)+\tfrac\beta2\sum_j(\|u_j\|^2+\alpha_j^2)`, shape (c,).

    Parameters
    ----------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n, c)
    beta : float or ndarray of shape (c,)
    hidden, output : ndarray, shapes (c, d, m) and (c, m)
    loss : {"squared", "logistic", "hinge"}
    negative_slope : float
        Slope of the activation below 0, in place of the ReLU's 0.
    """
    loss = loss_named(loss)
    f = _outputs(X, hidden, output, negative_slope)
    fit = np.array([loss.value(f[:, [k]], y[:, [k]]) for k in range(y.shape[1])])
    return fit + 0.5 * beta * ((hidden**2).sum(axis=(1, 2)) + (output**2).sum(axis=1))


def fit_networks(X, y, beta, width, *, step, **options):
    r"""Train one network for each column of ``y``; all of them see the same mini-batches.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    y : array_like, shape (n,) or (n, c)
        A column repeated gives starts that differ in their initial weights only.
    beta : float
        Weight decay of the ½‖·‖² scaling; descent works on the objective divided by ``n``.
    width : int
        Neurons of every network.
    step : float or callable
        Step length, or step length of iteration ``k`` (from 0).
    **options
        As in `fit_networks_at_steps`.

    Returns
    -------
    TrainedNetworks

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is out of range.

    Examples
    --------
    >>> X, y = [[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]], [1.0, 0.0, 1.0]
    >>> networks = fit_networks(X, y, beta=0.01, width=8, method="adam", step=0.02, iterations=300)
    >>> networks.predict(X).round(1).ravel().tolist()
    [1.0, 0.0, 1.0]
    """
    length = None if callable(step) else as_number("step", step, above=0)
    schedule = step if callable(step) else lambda k: length
    return fit_networks_at_steps(X, y, beta, width, steps=(1.0,), schedule=schedule, **options)[0]


def fit_networks_at_steps(X, y, beta, width, *, method, steps, iterations, schedule=None, batch_size=None,
                          loss="squared", seed=0, scale=1.0, negative_slope=0.0, record_every=None,
                          device="cpu"):  # fmt: skip
    r"""`fit_networks` with each of several step lengths, from the same weights, on the same mini-batches, in one run.

    Parameters
    ----------
    X, y, beta, width
        As in `fit_networks`.
    method, iterations, batch_size
        As in `convexify.training.train`.
    steps : sequence of float
    schedule : callable, optional
        Factor on every step length at iteration ``k`` (from 0); 1 by default.
    loss : {"squared", "logistic", "hinge"}
    seed : int
        Seed of the initial weights and of the mini-batches.
    scale : float
        Initial weights are normal with deviations ``scale/√d`` (hidden) and ``scale/√m`` (output).
    negative_slope : float
        Slope of the activation below 0: 0 is ReLU, -1 the absolute value.
    record_every : int, optional
        Steps between records; by default only the first and the last state.
    device : {"cpu", "cuda", "auto"}

    Returns
    -------
    list of TrainedNetworks
        One for each step.

    Notes
    -----
    A network's weights are written as a factor times what the optimiser moves: with :math:`u=\sqrt s\,z` a gradient
    step of length 1 in :math:`z` is one of length :math:`s` in :math:`u`; Adam does not see the scale of a gradient
    (but for its ε), so that :math:`u=sz` does the same there. A network that diverges is frozen and marked.
    """
    X = as_matrix("X", X)
    y = np.asarray(y)
    y = check_labels(loss_named(loss), as_matrix("y", y[:, None] if y.ndim == 1 else y, rows=len(X)))
    beta, width = as_number("beta", beta, above=0), as_integer("width", width, minimum=1)
    steps = np.array([as_number("steps", step, above=0) for step in steps])
    n, c, device = len(X), y.shape[1], resolve_device(device)
    weights = _initial_weights(X.shape[1], width, c, as_number("scale", scale, above=0), seed)
    weights = [np.concatenate([array] * len(steps)) for array in weights]
    y = np.tile(y, len(steps))
    first = objectives(X, y, beta, *weights, loss=loss, negative_slope=negative_slope)
    samples, columns, ceiling = (
        torch.from_numpy(a).to(device) for a in (X, np.ascontiguousarray(y.T), _BLOW_UP * np.maximum(1.0, first / n))
    )
    factors = np.repeat(steps if method == "adam" else np.sqrt(steps), c)
    factors = [torch.from_numpy(factors.reshape(-1, *[1] * (a.ndim - 1))).to(device) for a in weights]
    moved = [(torch.from_numpy(a).to(device) / f).requires_grad_() for a, f in zip(weights, factors, strict=True)]

    def parts():
        return [f * z for f, z in zip(factors, moved, strict=True)]

    def objective(batch=slice(None)):
        hidden, output = parts()
        return TwoLayerObjective.apply(
            hidden, output, samples[batch], columns[:, batch], beta / n, ceiling, loss, negative_slope
        )

    def measure():
        found = objectives(X, y, beta, *map(_array, parts()), loss=loss, negative_slope=negative_slope)
        return dict(enumerate(found))

    with np.errstate(over="ignore", invalid="ignore"):
        history = train(
            moved, objective, method=method, step=schedule or 1.0, iterations=iterations, batch_size=batch_size,
            seed=seed, n_samples=n if batch_size else None, measure=measure, blow_up=np.finfo(float).max,
            record_every=record_every or max(iterations, 1),
        )  # fmt: skip
    table = history.to_frame().drop(columns="loss").melt("iteration", var_name="network", value_name="objective")
    table["network"] = table["network"].astype("int64")
    last = table.drop_duplicates("network", keep="last")["objective"].to_numpy()
    diverged = ~(last / n <= _array(ceiling))
    hidden, output = map(_array, parts())
    answers = []
    for k in range(len(steps)):
        own = slice(k * c, (k + 1) * c)
        records = table[table["network"].between(k * c, k * c + c - 1)].reset_index(drop=True)
        records = records.assign(network=records["network"] - k * c)
        answers.append(TrainedNetworks(hidden[own], output[own], records, diverged[own], negative_slope))
    return answers


def _outputs(X, hidden, output, negative_slope):
    inner = X @ hidden
    inner = np.maximum(inner, 0.0) if negative_slope == 0 else np.where(inner > 0, inner, negative_slope * inner)
    return np.einsum("cnm,cm->nc", inner, output)


def _initial_weights(d, width, count, scale, seed):
    """Normal weights of ``count`` networks, hidden (c, d, m) before output (c, m)."""
    rng = np.random.default_rng(seed)
    return [
        scale * rng.standard_normal(shape) / np.sqrt(fan)
        for shape, fan in (((count, d, width), d), ((count, width), width))
    ]


def _array(tensor):
    return tensor.detach().cpu().numpy()
