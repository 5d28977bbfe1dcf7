"""Width: Gram matrices of wide networks, their limits, and gradient descent beside the linear rate they promise."""

from convexify.width.dynamics import gradient_descent
from convexify.width.empirical import empirical_gram
from convexify.width.growth import power_minus_exponential_error
from convexify.width.limit_distances import WideLimit
from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram
from convexify.width.linear_dynamics import iterations_to_target, linear_dynamics_iterations, one_step_defect
from convexify.width.needed_width import crossing_width, first_success_width
from convexify.width.shallow_relu import calibrated_step, largest_step, shallow_dynamics
from convexify.width.skips import branches_gram, skip_lower_bound

__all__ = [
    "WideLimit",
    "branches_gram",
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
    "skip_lower_bound",
    "smallest_eigenvalue",
    "tangent_gram",
]
