"""Networks: one module for each architecture."""

from convexify.networks.multi_branch import MultiBranch, aligned, multiclass_margin_loss

__all__ = ["MultiBranch", "aligned", "multiclass_margin_loss"]
