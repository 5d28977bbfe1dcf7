"""Convex relaxations of small networks: of a ReLU neuron, a planted filter, and convolutional networks."""

from convexify.relaxations.convex_cnn import (
    ConvexLayer,
    filter_maps,
    fit_convex_layer,
    leading_filters,
    network_matrix,
    share_of_leading,
)
from convexify.relaxations.convex_cnn_features import (
    fit_patch_map,
    fourier_features,
    nystroem_features,
)
from convexify.relaxations.convex_cnn_patches import (
    fit_whitening,
    image_patches,
    normalise_contrast,
    pool_positions,
)
from convexify.relaxations.convex_cnn_program import Certificate, NuclearProgram, project_nuclear_ball
from convexify.relaxations.convex_cnn_solvers import (
    descend_factors,
    solve_accelerated,
    solve_frank_wolfe,
    solve_stochastic,
)

__all__ = [
    "Certificate",
    "ConvexLayer",
    "NuclearProgram",
    "descend_factors",
    "filter_maps",
    "fit_convex_layer",
    "fit_patch_map",
    "fit_whitening",
    "fourier_features",
    "image_patches",
    "leading_filters",
    "network_matrix",
    "normalise_contrast",
    "nystroem_features",
    "pool_positions",
    "project_nuclear_ball",
    "share_of_leading",
    "solve_accelerated",
    "solve_frank_wolfe",
    "solve_stochastic",
]
