"""What the figures call each kind of branch, and how they look."""

from convexify_workflow.plotting import CYCLE

NAMES = {
    "relu": "one ReLU unit",
    "tanh": "one tanh unit",
    "two_layer": "two hidden layers",
    "homogeneous p=1": "homogeneous, p = 1",
    "homogeneous p=1.5": "homogeneous, p = 1.5",
    "homogeneous p=2": "homogeneous, p = 2",
}
PALETTE = dict(zip(NAMES.values(), CYCLE, strict=False))
MARKERS = dict(zip(NAMES.values(), "osD^vP", strict=True))
