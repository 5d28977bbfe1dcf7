"""Training over all activation patterns: exchange, exact pricing, sliding, and bounds over every width."""

from convexify.convex_relu.global_training.result import GlobalTraining
from convexify.convex_relu.global_training.train import train_globally

__all__ = ["GlobalTraining", "train_globally"]
