"""Width: Gram matrices of wide networks, their limits, and gradient descent beside the linear rate they promise."""

from convexify.width.dynamics import gradient_descent, linear_dynamics_iterations, one_step_defect
from convexify.width.empirical import empirical_gram
from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram
from convexify.width.shallow_relu import shallow_dynamics

__all__ = [
    "empirical_gram",
    "gradient_descent",
    "gram",
    "linear_dynamics_iterations",
    "one_step_defect",
    "shallow_dynamics",
    "smallest_eigenvalue",
    "tangent_gram",
]
