"""The networks that are compared: both architectures of the theorem, and the skip and its scaling taken apart."""

from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual

ARCHITECTURES = ("fc", "resnet")
#: What is changed against the residual network of the theorem.
VARIANTS = {
    "fc": None,
    "resnet": {},
    "skip, 1/sqrt(H)": {"branch_scaling": "1/sqrt(H)"},
    "skip, no scaling": {"branch_scaling": "1"},
    "no skip, 1/H": {"skip": False},
}


def limit_options(variant):
    """Keywords of `convexify.width.limits.gram` for a variant."""
    return {"architecture": "fc"} if variant == "fc" else {"architecture": "resnet", **VARIANTS[variant]}


def networks(variant, sizes, activation, *, seeds, device):
    """One network of a variant for each seed; ``sizes`` are inputs, width and depth."""
    network, options = (FullyConnected, {}) if variant == "fc" else (Residual, VARIANTS[variant])
    return [network(*sizes, activation=activation, seed=seed, **options).to(device) for seed in seeds]
