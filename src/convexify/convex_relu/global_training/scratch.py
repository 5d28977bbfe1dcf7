"""Arrays that are used again."""

import math

import numpy as np


class Scratch:
    """Uninitialised float64 arrays by name, in memory that is taken once.

    A loop over medium arrays spends most of its time in the system's page faults if each of them is a new one: an array
    of half a megabyte costs ten times its arithmetic. What was returned under a name is overwritten by the next call.
    """

    def __init__(self):
        self._memory = {}

    def __call__(self, name, *shape):
        size = math.prod(shape)
        if name not in self._memory or self._memory[name].size < size:
            self._memory[name] = np.empty(size)
        return self._memory[name][:size].reshape(shape)
