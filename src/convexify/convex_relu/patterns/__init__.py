"""Activation patterns of ReLU neurons: all of an arrangement, or a sample of them."""
