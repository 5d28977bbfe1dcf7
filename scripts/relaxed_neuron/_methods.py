"""Two ways to descend on one neuron."""

#: Name of each method to whether it descends on the relaxed loss.
METHODS = {"vanilla": False, "relaxed": True}
