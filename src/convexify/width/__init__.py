"""Width: Gram matrices of wide networks, their limits, and gradient descent beside the linear rate they promise."""

from convexify.width.dynamics import gradient_descent
from convexify.width.empirical import empirical_gram
from convexify.width.growth import power_minus_exponential_error
from convexify.width.limit_distances import WideLimit
from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram
from convexify.width.linear_dynamics import iterations_to_target, linear_dynamics_iterations, one_step_defect
from convexify.width.needed_width import crossing_width, first_success_width
from convexify.width.shallow_relu import calibrated_step, largest_step, shallow_dynamics

__all__ = [
    "WideLimit",
    "calibrated_step",
    "crossing_width",
    "empirical_gram",
    "first_success_width",
    "gradient_descent",
    "gram",
    "iterations_to_target",
    "largest_step",
    "linear_dynamics_iterations",
    "one_step_defect",
    "power_minus_exponential_error",
    "shallow_dynamics",
    "smallest_eigenvalue",
    "tangent_gram",
]
