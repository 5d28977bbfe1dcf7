"""Full-batch gradient descent on deep networks, several random starts at once, with their Gram matrices measured.

The second training loop of the library beside `convexify.training.train`, which takes one model and any loss. This one
is for networks of one architecture only: all starts share one batched matrix product per layer, and the one backward
pass gives gradient and Gram matrices. Its iterates are those of ``train`` with the method "gd" (a test compares them).
"""

import numpy as np
import pandas as pd
import torch

from convexify.checks import as_batch, as_integer, as_matrix, as_number, as_vector
from convexify.width.empirical import back_propagated, layer_kernels


def gradient_descent(networks, X, y, *, step_fraction, iterations, record_at=None, target=None, limit=None):
    r"""Gradient descent on :math:`\tfrac12\|u - y\|^2` over all weights, one run for each of some like networks.

    Parameters
    ----------
    networks : sequence of FullyConnected
        Networks of one architecture that differ in their initial weights only; they are not changed.
    X : array_like, shape (n, d) or (S, n, d)
        Unit rows; the same for all networks, or samples of its own for each.
    y : array_like, shape (n,), or (S, n) with X
    step_fraction : float
        Step length as a fraction of :math:`2/\lambda_{\max}(G(0))`, each network by its own Gram matrix, in (0, 1).
    iterations : int
        Number of steps.
    record_at : iterable of int, optional
        Iterations at which the Gram matrices and weights are measured, by default all; the loss is recorded at each.
    target : float, optional
        Stop once every run has its loss at ``target`` times its first one or below, or has left the finite numbers.
    limit : array_like, shape (n, n), optional
        Matrix with which :math:`G^{(H)}(k)` is compared, such as :math:`K^{(H)}`.

    Returns
    -------
    losses : ndarray, shape (S, k + 1)
        :math:`\tfrac12\|u(k) - y\|^2` of every network at every iteration up to the last one, k.
    records : pandas.DataFrame
        One row per network and recorded iteration: ``network``, ``iteration``, ``step``, ``gram_change``
        (:math:`\|G(k)-G(0)\|_2`), ``gram_norm`` (:math:`\|G(0)\|_2`), ``last_gram_change`` and ``last_gram_smallest``
        (the same for :math:`G^{(H)}`, and its smallest eigenvalue), ``smallest_over_norm`` (least over the layers of
        the smallest eigenvalue of :math:`G^{(h)}` over its norm), ``last_distance_to_limit``
        (:math:`\|G^{(H)}(k)-K\|_2/\|K\|_2`, if K is given), and the largest over the hidden layers of
        :math:`\|W^{(h)}(k) - W^{(h)}(0)\|/\sqrt m` in the Frobenius norm, ``weight_distance``, and in the spectral
        norm, ``weight_distance_spectral``.

    Raises
    ------
    ValueError
        If sizes do not fit, ``step_fraction`` is not in (0, 1), or ``iterations < 1``.

    Notes
    -----
    At small widths a loop over the starts would spend its time in the overhead of small operations. A run that leaves
    the range of floating point goes on as NaN and is reported as such.

    Examples
    --------
    >>> import numpy as np
    >>> from convexify.networks.fully_connected import FullyConnected
    >>> starts = [FullyConnected(3, 16, depth=2, seed=seed) for seed in range(4)]
    >>> losses, records = gradient_descent(
    ...     starts, np.eye(3), [1.0, -1.0, 0.5], step_fraction=0.5, iterations=20, record_at=[0, 20]
    ... )
    >>> losses.shape, len(records), bool((losses[:, -1] < losses[:, 0]).all())
    ((4, 21), 8, True)
    """
    networks = list(networks)
    X = as_batch("X", X, shape=(None, None))
    if X.shape[:-2] not in ((), (len(networks),)):
        raise ValueError(f"X: expected samples for all or for each of {len(networks)} networks, got shape {X.shape}")
    y = as_vector("y", y, length=len(X)) if X.ndim == 2 else as_matrix("y", y, rows=len(X), columns=X.shape[1])
    step_fraction = as_number("step_fraction", step_fraction, above=0.0)
    if step_fraction >= 1:
        raise ValueError(f"step_fraction: expected less than 1, beyond which descent diverges, got {step_fraction}")
    iterations = as_integer("iterations", iterations, minimum=1)
    wanted = set(range(iterations + 1) if record_at is None else record_at)

    model = networks[0]
    weights = [torch.stack([net.weights[h].detach() for net in networks]) for h in range(model.depth)]
    output = torch.stack([net.output.detach() for net in networks])
    inputs, targets = (torch.as_tensor(array).to(output) for array in (X, y))
    start_weights, start_kernels, steps = [weight.clone() for weight in weights], None, None
    limit = None if limit is None else torch.as_tensor(as_matrix("limit", limit), device=inputs.device)
    losses, records = [], []
    for k in range(iterations + 1):
        outputs, entering, signals = back_propagated(model, weights, output, inputs)
        residuals = outputs - targets
        losses.append(0.5 * residuals.double().square().sum(1).cpu().numpy())
        if k == 0 or k in wanted:
            kernels = layer_kernels(entering, signals).double()
            if k == 0:
                start_kernels = kernels
                steps = step_fraction * 2 / torch.linalg.matrix_norm(kernels.sum(1), ord=2)
            if k in wanted:
                records.append(_measure(k, weights, start_weights, kernels, start_kernels, steps, limit))
        if target is not None and not np.any(losses[-1] > target * losses[0]):
            break
        # The sum over samples of residual × signal × entering is one product of thin matrices, added in place.
        scaled = (-steps.to(output)[:, None] * residuals)[..., None]
        for weight, x, delta in zip(weights, entering[:-1], signals, strict=True):
            weight.baddbmm_((scaled * delta).mT, x.expand(len(weight), *x.shape[-2:]))
        output = output + (scaled * entering[-1]).sum(1)
    return np.stack(losses, axis=1), pd.concat(records, ignore_index=True) if records else pd.DataFrame()


def _measure(k, weights, start_weights, kernels, start_kernels, steps, limit):
    finite = torch.isfinite(kernels).flatten(1).all(1)
    # Eigenvalue routines refuse NaN: a diverged run is measured as zeros and then marked.
    change = torch.where(finite[:, None, None, None], kernels - start_kernels, 0.0)
    last = torch.where(finite[:, None, None], kernels[:, -2], 0.0)
    root_m = weights[0].shape[1] ** 0.5
    moved = [torch.nan_to_num(now - start) / root_m for now, start in zip(weights, start_weights, strict=True)]
    table = {
        "gram_change": torch.linalg.matrix_norm(change.sum(1), ord=2),
        "gram_norm": torch.linalg.matrix_norm(start_kernels.sum(1), ord=2),
        "last_gram_change": torch.linalg.matrix_norm(change[:, -2], ord=2),
        "last_gram_smallest": torch.linalg.eigvalsh(last)[:, 0],
        "weight_distance": torch.stack([move.flatten(1).norm(dim=1) for move in moved]).amax(0),
        "weight_distance_spectral": torch.stack([_spectral_norm(move) for move in moved]).amax(0),
    }
    every = torch.linalg.eigvalsh(torch.where(finite[:, None, None, None], kernels, 0.0))
    table["smallest_over_norm"] = (every[..., 0] / every[..., -1].clamp_min(1e-300)).amin(1)
    if limit is not None:
        table["last_distance_to_limit"] = torch.linalg.matrix_norm(last - limit, ord=2) / torch.linalg.matrix_norm(
            limit, ord=2
        )
    frame = pd.DataFrame({name: value.double().cpu().numpy() for name, value in table.items()})
    frame[~finite.cpu().numpy()] = np.nan
    frame.insert(0, "step", steps.cpu().numpy())
    frame.insert(0, "iteration", k)
    frame.insert(0, "network", np.arange(len(frame)))
    return frame


def _spectral_norm(matrices, rounds=8):
    """Power iteration on the batch: the change of a weight matrix is of low rank with a leading direction."""
    vector = matrices.mT @ (matrices @ torch.ones_like(matrices[:, :1]).mT)
    for _ in range(rounds):
        vector = vector / vector.norm(dim=1, keepdim=True).clamp_min(torch.finfo(vector.dtype).tiny)
        image = matrices @ vector
        vector = matrices.mT @ image
    return image.flatten(1).norm(dim=1)
