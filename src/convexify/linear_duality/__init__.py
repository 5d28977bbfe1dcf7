"""Strong duality of deep linear networks; samples are columns, as in the survey's §2.1."""

from convexify.linear_duality.circular_chains import chain_optimum, circular_operator, nearest_kernels
from convexify.linear_duality.compressed_problem import CompressedProblem, optimal_value
from convexify.linear_duality.douglas_rachford import DualSolution, solve_compressed, solve_dual
from convexify.linear_duality.instances import INSTANCES, instance
from convexify.linear_duality.operators import circular_patches, with_bias_row
from convexify.linear_duality.primal import (
    primal_value,
    recover_compressed,
    recover_weights,
    schatten_power,
    weight_decay_value,
)
from convexify.linear_duality.row_space import RowSpace
from convexify.linear_duality.spectral import (
    project_spectral_ball,
    prox_top_r_squared,
    prox_top_r_squared_matrix,
    top_r_squared,
)
from convexify.linear_duality.weight_decay import weight_decay_dual, weight_decay_gap, weight_decay_optimum

__all__ = [
    "INSTANCES",
    "CompressedProblem",
    "DualSolution",
    "RowSpace",
    "chain_optimum",
    "circular_operator",
    "circular_patches",
    "instance",
    "nearest_kernels",
    "optimal_value",
    "primal_value",
    "project_spectral_ball",
    "prox_top_r_squared",
    "prox_top_r_squared_matrix",
    "recover_compressed",
    "recover_weights",
    "schatten_power",
    "solve_compressed",
    "solve_dual",
    "top_r_squared",
    "weight_decay_dual",
    "weight_decay_gap",
    "weight_decay_optimum",
    "weight_decay_value",
    "with_bias_row",
]
