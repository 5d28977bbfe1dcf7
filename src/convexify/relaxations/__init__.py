"""Convex relaxations of small networks: the relaxed loss of a single ReLU neuron and of a sum of them."""
