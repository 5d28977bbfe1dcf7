"""Networks: one module for each architecture."""

from convexify.networks.alignment import aligned
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss
from convexify.networks.residual import Residual

__all__ = ["FullyConnected", "MultiBranch", "Residual", "aligned", "multiclass_margin_loss"]
