"""Atoms from a torch sub-network: its outputs at the samples for many settings of its weights at once."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.func import functional_call, vmap

from convexify.checks import as_matrix, as_vector


@dataclass(frozen=True)
class Atoms:
    """Outputs and penalties of a sub-network over a finite set of weights.

    Attributes
    ----------
    values : ndarray, shape (n_samples, n_atoms)
    penalties : ndarray, shape (n_atoms,)
    parameters : ndarray, shape (n_atoms, n_parameters)
        Weights in the order of ``network.parameters()``.
    """

    values: np.ndarray
    penalties: np.ndarray
    parameters: np.ndarray


def atoms(network, X, parameters, *, penalty=None):
    """Evaluate a sub-network at every sample for every row of weights, in one batch.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (n_samples, d) to (n_samples,) or (n_samples, 1). Any architecture; its own weights are left as they are.
    X : array_like, shape (n_samples, d)
    parameters : array_like, shape (n_atoms, n_parameters)
        A grid or a sample of weights, flat, in the order of ``network.parameters()``.
    penalty : callable, optional
        Maps ``parameters`` to penalties (n_atoms,); by default the squared Euclidean norm (weight decay).

    Returns
    -------
    Atoms

    Raises
    ------
    ValueError
        If a shape disagrees, an entry is not finite, or the network has not one output.

    Examples
    --------
    One ReLU unit without bias at three weights of growing norm: its output grows with the penalty.

    >>> from torch import nn
    >>> unit = nn.Sequential(nn.Linear(1, 1, bias=False), nn.ReLU()).double()
    >>> family = atoms(unit, [[1.0], [2.0]], [[0.0], [1.0], [2.0]])
    >>> family.values
    array([[0., 1., 2.],
           [0., 2., 4.]])
    >>> family.penalties
    array([0., 1., 4.])
    """
    X = as_matrix("X", X)
    count = sum(parameter.numel() for parameter in network.parameters())
    parameters = as_matrix("parameters", parameters, columns=count)
    names = [name for name, _ in network.named_parameters()]
    shapes = [parameter.shape for parameter in network.parameters()]
    pieces = np.split(parameters, np.cumsum([shape.numel() for shape in shapes])[:-1], axis=1)
    stacked = {
        name: torch.from_numpy(np.ascontiguousarray(piece)).reshape(len(parameters), *shape)
        for name, piece, shape in zip(names, pieces, shapes, strict=True)
    }
    with torch.no_grad():
        outputs = vmap(lambda weights: functional_call(network, weights, (torch.from_numpy(X),)))(stacked)
    values = outputs.numpy().reshape(len(parameters), len(X), -1)
    if values.shape[2] != 1:
        raise ValueError(f"network: expected one output for each sample, got {values.shape[2]}")
    values = as_matrix("values", values[:, :, 0].T)
    penalties = (parameters**2).sum(axis=1) if penalty is None else penalty(parameters)
    return Atoms(values, as_vector("penalty", penalties, length=len(parameters)), parameters)


def polar_grid(directions, squared_norms):
    """Weights along given directions at given squared norms; the zero vector occurs once.

    Parameters
    ----------
    directions : array_like, shape (n_directions, n_parameters)
        Non-zero; scaled to norm 1.
    squared_norms : array_like, shape (k,)
        Non-negative.

    Returns
    -------
    ndarray, shape (at most n_directions · k, n_parameters)
        Penalised by their squared norm, these atoms have exactly the penalties ``squared_norms``, so that budgets can
        be met without rounding.

    Raises
    ------
    ValueError
        If a direction is zero, a squared norm is negative, or an entry is not finite.

    Examples
    --------
    >>> polar_grid([[3.0, 4.0]], [0.0, 1.0, 4.0])
    array([[0. , 0. ],
           [0.6, 0.8],
           [1.2, 1.6]])
    """
    directions = as_matrix("directions", directions)
    squared_norms = np.unique(as_vector("squared_norms", squared_norms))
    if squared_norms[0] < 0:
        raise ValueError(f"squared_norms: expected non-negative numbers, got {squared_norms[0]}")
    norms = np.linalg.norm(directions, axis=1, keepdims=True)
    if not norms.all():
        raise ValueError("directions: expected non-zero rows")
    rays = directions / norms
    zero = [np.zeros((1, rays.shape[1]))] if squared_norms[0] == 0 else []
    return np.concatenate(zero + [np.sqrt(level) * rays for level in squared_norms if level > 0])
