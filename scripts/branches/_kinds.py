"""What the figures call each kind of branch."""

NAMES = {
    "relu": "one ReLU unit",
    "tanh": "one tanh unit",
    "two_layer": "two-hidden-layer sub-network",
    "homogeneous p=1": "closed form, p = 1",
    "homogeneous p=1.5": "closed form, p = 1.5",
    "homogeneous p=2": "closed form, p = 2",
}
