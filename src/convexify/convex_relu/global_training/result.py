"""What `train_globally` returns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from convexify.convex_relu.networks.two_layer import TwoLayerReLU


@dataclass(frozen=True)
class GlobalTraining:
    r"""A trained network and what is proved about it; see `train_globally`.

    Attributes
    ----------
    network : TwoLayerReLU
        Balanced; ``a`` has shape (m,) for a vector of targets and (m, c) for a matrix.
    objective : float
        Loss plus ``beta`` times weight decay of ``network``.
    lower_bound : float
        Proved: no two-layer ReLU network of any width has a smaller objective.
    gap : float
        ``(objective - lower_bound) / objective``, 0 if both are 0.
    exact : bool
        Pricing was solved over all neurons, by sweep, enumeration or a complete branch and bound. Otherwise the bound
        is that of a relaxation or of a branch and bound that time stopped: valid and usually loose.
    violation_found : float
        Largest value found of :math:`\|\nu^\top(Xu)_+\|/\beta-1`, at least 0, at the dual point ``nu`` of the network:
        0 for an optimal one. Only as good as the search, unless ``exact``.
    searched_bound : float
        The lower bound that would hold if there were no better neuron than those that the search found; at least
        ``lower_bound``, and no proof unless ``exact``.
    starts, boxes : int
        How hard it was searched: starts of local ascent, boxes of branch and bound. (Sweep and enumeration need none.)
    patterns : ndarray of bool, shape (n, P)
        Distinct activation patterns of the network's neurons.
    nu : ndarray, shape (n,) or (n, c)
        Dual point, in the domain of the loss's conjugate and not scaled.
    seconds : float
    history : pandas.DataFrame
        Columns ``seconds, objective, lower_bound, violation, neurons``; one row for every pricing.
    """

    network: TwoLayerReLU
    objective: float
    lower_bound: float
    gap: float
    exact: bool
    violation_found: float
    searched_bound: float
    starts: int
    boxes: int
    patterns: np.ndarray
    nu: np.ndarray
    seconds: float
    history: pd.DataFrame
