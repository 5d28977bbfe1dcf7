"""Two-layer ReLU networks trained by descent on the objective that the convex program bounds from below."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from convexify.checks import as_integer, as_matrix, as_number
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.programs.losses import check_labels, loss_named
from convexify.devices import resolve_device
from convexify.training import train

_TORCH_LOSSES = {
    "squared": lambda f, y: 0.5 * (f - y) ** 2,
    "logistic": lambda f, y: torch.nn.functional.softplus(-y * f),
    "hinge": lambda f, y: torch.relu(1 - y * f),
}


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
    diverged : bool
    """

    hidden: np.ndarray
    output: np.ndarray
    history: pd.DataFrame
    diverged: bool

    @property
    def final_objectives(self):
        """Objectives of the last record, shape (c,)."""
        return self.history.drop_duplicates("network", keep="last")["objective"].to_numpy()

    def network(self, k):
        """Network ``k`` as a `TwoLayerReLU`, for `certify`, `prune` and `stationarity`."""
        return TwoLayerReLU(self.hidden[k], self.output[k])

    def predict(self, X):
        """Predictions, shape (n, c)."""
        return np.einsum("cnm,cm->nc", np.maximum(np.asarray(X, float) @ self.hidden, 0.0), self.output)


def objectives(X, y, beta, hidden, output, *, loss="squared"):
    r"""Objectives :math:`L(\sum_j(Xu_j)_+\alpha_j,y)+\tfrac\beta2\sum_j(\|u_j\|^2+\alpha_j^2)`, shape (c,).

    Parameters
    ----------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n, c)
    beta : float
    hidden, output : ndarray, shapes (c, d, m) and (c, m)
    loss : {"squared", "logistic", "hinge"}
    """
    loss = loss_named(loss)
    f = np.einsum("cnm,cm->nc", np.maximum(X @ hidden, 0.0), output)
    fit = np.array([loss.value(f[:, [k]], y[:, [k]]) for k in range(y.shape[1])])
    return fit + 0.5 * beta * ((hidden**2).sum(axis=(1, 2)) + (output**2).sum(axis=1))


def fit_networks(X, y, beta, width, *, method, step, iterations, batch_size=None, loss="squared", seed=0, scale=1.0,
                 record_every=None, device="cpu"):  # fmt: skip
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
    method, step, iterations, batch_size
        As in `convexify.training.train`.
    loss : {"squared", "logistic", "hinge"}
    seed : int
        Seed of the initial weights and of the mini-batches.
    scale : float
        Initial weights are normal with deviations ``scale/√d`` (hidden) and ``scale/√m`` (output).
    record_every : int, optional
        Steps between records; by default only the first and the last state.
    device : {"cpu", "cuda", "auto"}

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
    X = as_matrix("X", X)
    y = np.asarray(y)
    y = check_labels(loss_named(loss), as_matrix("y", y[:, None] if y.ndim == 1 else y, rows=len(X)))
    beta, width = as_number("beta", beta, above=0), as_integer("width", width, minimum=1)
    n, device = len(X), resolve_device(device)
    hidden, output = _initial_weights(X.shape[1], width, y.shape[1], as_number("scale", scale, above=0), seed, device)
    samples, targets = torch.from_numpy(X).to(device), torch.from_numpy(y).to(device)
    loss_of = _TORCH_LOSSES[loss]

    def objective(batch=slice(None)):
        f = torch.einsum("cnm,cm->nc", torch.relu(samples[batch] @ hidden), output)
        decay = 0.5 * beta / n * (hidden.square().sum() + output.square().sum())
        return loss_of(f, targets[batch]).sum() / len(f) + decay

    def measure():
        return dict(enumerate(objectives(X, y, beta, _array(hidden), _array(output), loss=loss)))

    history = train(
        [hidden, output], objective, method=method, step=step, iterations=iterations, batch_size=batch_size, seed=seed,
        n_samples=n if batch_size else None, measure=measure, record_every=record_every or max(iterations, 1),
    )  # fmt: skip
    table = history.to_frame().drop(columns="loss").melt("iteration", var_name="network", value_name="objective")
    table["network"] = table["network"].astype("int64")
    return TrainedNetworks(_array(hidden), _array(output), table, history.diverged)


def _initial_weights(d, width, count, scale, seed, device):
    """Normal weights of ``count`` networks as torch leaves, hidden (c, d, m) before output (c, m)."""
    rng = np.random.default_rng(seed)
    return [
        torch.tensor(scale * rng.standard_normal(shape) / np.sqrt(fan), device=device, requires_grad=True)
        for shape, fan in (((count, d, width), d), ((count, width), width))
    ]


def _array(tensor):
    return tensor.detach().cpu().numpy()
