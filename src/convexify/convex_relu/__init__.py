"""Two-layer ReLU networks as convex programs: patterns, solvers, certificates, networks, estimators."""

from convexify.convex_relu.arrangements import enumerate_patterns, general_position_count
from convexify.convex_relu.certificates import Certificate, certify_point, evaluate
from convexify.convex_relu.estimators import ConvexReLUClassifier, ConvexReLURegressor
from convexify.convex_relu.gates import patterns_of, sample_patterns
from convexify.convex_relu.global_training import GlobalTraining, train_globally
from convexify.convex_relu.mapping import from_network, to_network
from convexify.convex_relu.optimality import NetworkCertificate, certify, network_objective
from convexify.convex_relu.path import RegularizationPath, beta_max, regularization_path
from convexify.convex_relu.programs import Program, build_program
from convexify.convex_relu.pruning import prune, pruning_path
from convexify.convex_relu.shallow import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.solution import Solution
from convexify.convex_relu.solve import solve
from convexify.convex_relu.stationarity import Stationarity, restricted_patterns, stationarity

__all__ = [
    "Certificate",
    "ConvexReLUClassifier",
    "ConvexReLURegressor",
    "GatedNetwork",
    "GlobalTraining",
    "GroupedReLU",
    "NetworkCertificate",
    "Program",
    "RegularizationPath",
    "Solution",
    "Stationarity",
    "TwoLayerReLU",
    "beta_max",
    "build_program",
    "certify",
    "certify_point",
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
    "solve",
    "stationarity",
    "to_network",
    "train_globally",
]
