"""Two-layer ReLU networks as convex programs: patterns, solvers, certificates, networks, estimators."""

from typing import TYPE_CHECKING

from convexify.convex_relu.global_training import GlobalTraining, train_globally
from convexify.convex_relu.networks.mapping import from_network, to_network
from convexify.convex_relu.networks.optimality import NetworkCertificate, certify, network_objective
from convexify.convex_relu.networks.pruning import prune, pruning_path
from convexify.convex_relu.networks.stationarity import Stationarity, restricted_patterns, stationarity
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns, general_position_count
from convexify.convex_relu.patterns.gates import patterns_of, sample_patterns
from convexify.convex_relu.programs.certificates import Certificate, certify_point, evaluate
from convexify.convex_relu.programs.convex_program import Program, build_program
from convexify.convex_relu.proofs.proof import Proof, check_proof, save_proof
from convexify.convex_relu.solvers.regularization_path import RegularizationPath, beta_max, regularization_path
from convexify.convex_relu.solvers.solution import Solution
from convexify.convex_relu.solvers.solve import solve

if TYPE_CHECKING:
    from convexify.convex_relu.estimators import ConvexReLUClassifier, ConvexReLURegressor

__all__ = [
    "Certificate",
    "ConvexReLUClassifier",
    "ConvexReLURegressor",
    "GatedNetwork",
    "GlobalTraining",
    "GroupedReLU",
    "NetworkCertificate",
    "Program",
    "Proof",
    "RegularizationPath",
    "Solution",
    "Stationarity",
    "TwoLayerReLU",
    "beta_max",
    "build_program",
    "certify",
    "certify_point",
    "check_proof",
    "enumerate_patterns",
    "evaluate",
    "from_network",
    "general_position_count",
    "network_objective",
    "patterns_of",
    "prune",
    "pruning_path",
    "regularization_path",
    "restricted_patterns",
    "sample_patterns",
    "save_proof",
    "solve",
    "stationarity",
    "to_network",
    "train_globally",
]


def __getattr__(name):
    """Import the estimators when they are asked for: scikit-learn takes half a second, and no solver needs it."""
    if name in ("ConvexReLUClassifier", "ConvexReLURegressor"):
        from convexify.convex_relu import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
