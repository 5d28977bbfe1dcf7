"""Networks: one module for each architecture."""

from convexify.networks.alignment import aligned
from convexify.networks.dense_skips import DenseSkips
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss
from convexify.networks.residual import Residual
from convexify.networks.residual_classifier import ResidualClassifier
from convexify.networks.unravelled import unravelled_paths

__all__ = [
    "DenseSkips",
    "FullyConnected",
    "MultiBranch",
    "Residual",
    "ResidualClassifier",
    "aligned",
    "multiclass_margin_loss",
    "unravelled_paths",
]
